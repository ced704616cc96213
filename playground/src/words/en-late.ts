// The texts of parts that load later, which add them with `addEnglish`.

export const enLate = {
  'slow.waiting': 'Looking for causes…',
  'slow.none': 'Nothing slows this network down.',
  'slow.trial':
    'Tried on a new network: after {steps} steps, its loss is {after} of the loss of constant outputs. The loss of this network is {left}.',
  'slow.cure': 'Cure:',
  'slow.newWeights': 'new random weights',
  'slow.compare': 'Run side by side',
  'slow.apply': 'Apply the cure',
  'slow.asIs': 'as it is',
  'slow.cured': 'with the cure',
  'slow.gain': 'After {steps} steps, the error is {cured} with the cure and {asIs} without it.',
  'slow.error': 'mean of (a − y)², 0 to {most}',
  'slow.steps': '{end} steps',
  'slow.layers': 'Speed: size of the gradient / size of the weights',
  'slow.speed': 'speed',
  'slow.saturated': 'saturated',
  'slow.dead': 'dead',
  'slow.input': 'aˡ⁻¹',
  'factors.title': 'The factors of ∂C/∂w',
  'factors.input': 'a',
  'factors.slope': 'σ′(z)',
  'factors.sum': 'Σ w·δ',
  'factors.cost': '∂C/∂a',
  'factors.difference': 'a − y',
  'factors.smallest.input': 'The activation at its start is the smallest factor.',
  'factors.smallest.slope': 'σ′ is the smallest factor: σ is flat at this z.',
  'factors.smallest.sum': 'The δ that flows back is the smallest factor.',
  'factors.smallest.cost': 'The output is nearly right: ∂C/∂a is the smallest factor.',
  'factors.smallest.difference': 'The output is nearly right: a − y is the smallest factor.',
  'map.title': 'a over the plane',
  'slope.curve': '{name} with z = {z}, and its tangent of slope σ′(z) = {slope}',

  'finding.constantInputs':
    'The inputs are the same in all samples, so they say nothing about the answer. Where an input is 0, ∂C/∂w = δ·a is 0, too. Check the data.',
  'finding.unscaledInputs':
    'The inputs are much larger or smaller than 1, and so is ∂C/∂w = δ·a. Scale them.',
  'finding.repeatedRows': 'Only {distinct} of {samples} samples are distinct.',
  'finding.contradictions':
    '{disputed} of {samples} samples have the same inputs as samples with another answer. Add inputs that distinguish them.',
  'finding.leak': 'One input alone gives the answer. Make sure that you’ll have it when you predict.',
  'finding.constantTargets': 'The answer is the same in all {samples} samples.',
  'finding.unscaledTargets':
    'The targets are much larger or smaller than 1, the size of the first outputs. Scale them.',
  'finding.targetsOutOfRange':
    'The targets reach from {least} to {most}, but the outputs only from {from} to {to}.',
  'finding.missingClass': 'No sample belongs to {missing} of the {classes} classes.',
  'finding.imbalance':
    'One class makes up {share} of the samples. Of the others, the network recognizes {recall}.',
  'finding.noSignal':
    'The inputs seem to say nothing about the answer: a new network learns nothing, either.',
  'finding.overfitting': 'The loss is {loss} on the training data, but {validationLoss} on other data.',
  'finding.validationDiffers': 'The test data differs from the training data.',
  'finding.validationRepeats': '{share} of the test samples are also training samples.',
  'finding.rateTooSmall': 'The learning rate is too small: the steps are short.',
  'finding.rateTooLarge': 'The learning rate is too large: the steps overshoot the minimum.',
  'finding.fewSteps': 'Training has taken only {taken} steps. Play on.',
  'finding.largeBatch': 'The mini-batch is larger than the training data, so an epoch is a single step.',
  'finding.notShuffled': 'The samples are sorted by their answers.',
  'finding.regularization': 'The penalty pulls all weights to 0.',
  'finding.dropout': 'Dropout leaves few units to learn with: it drops {dropout}.',
  'finding.notFinite': 'W, δ or ∂C/∂W is no longer finite.',
  'finding.equalUnits':
    'All {units} units have the same weights. They get the same gradients and stay alike, and with weights of 0 no δ comes back.',
  'finding.deadUnits':
    '{dead} of {units} units are dead: σ′ = 0 for all samples, so their δ is 0, and their weights never change.',
  'finding.saturated':
    '{saturated} of the activations are saturated: σ′ is nearly 0, and δ is multiplied by it.',
  'finding.saturatedOutputs':
    'For {stuck} of the samples, an output is saturated at the wrong end. The cost multiplies a − y by σ′, which is nearly 0, so the output learns slowly although it’s wrong.',
  'finding.certainOutputs':
    'The outputs are certain of wrong answers: the loss is {left} times that of constant outputs.',
  'finding.largeWeights': 'The outputs are far too large: the loss is {left} times that of constant outputs.',
  'finding.vanishing':
    'δ vanishes on its way back: each layer multiplies it by w and σ′. Here it’s {times} times smaller than in the fastest layer.',
  'finding.exploding':
    'δ explodes on its way back, because the weights are large. Here it’s {times} times larger than in the fastest layer.',
  'finding.slowLayer': 'This layer learns {slower} times slower than the fastest.',
  'finding.linearHidden': 'All hidden layers are linear. Together they compute no more than a single layer.',
  'finding.noHiddenLayer': 'Without a hidden layer, the network computes only weighted sums of the inputs.',
  'finding.tooFewUnits': '{units} {units:unit is|units are} too few for this task.',
  'finding.badStart': 'This network is stuck. A new one with other weights learns.',
} as const;
