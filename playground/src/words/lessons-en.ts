// The texts of the lessons: 'delta.2' is the second step of the lesson delta, 'delta.2.ask' its question, and 'delta.2.why' what
// the right answer shows. '{δ²₁}' stands for this number of the network. A line break starts a paragraph.

const texts = {
  back: 'Back',
  next: 'Next',
  check: 'Check',
  end: 'End the lesson',
  nextLesson: 'Next lesson',
  progress: 'Progress through the lesson',
  right: 'Right.',
  wrong: 'Not quite.',
  layers: 'How fast each layer learns: the root mean square of its ∂C/∂w',
  runs: 'The output a after each epoch, from 0 to 1. Dashed: ½, halfway.',
  epochs: 'epochs to halfway',

  'option.positive': 'positive',
  'option.negative': 'negative',
  'option.above': 'above ½',
  'option.below': 'below ½',
  'option.class0': 'class 0',
  'option.class1': 'class 1',
  'option.larger': 'w grows',
  'option.smaller': 'w shrinks',
  'option.large': 'large: 0.1 or more',
  'option.tiny': 'small: below 0.1',
  'option.hundred': 'fewer than 100',
  'option.twoHundred': 'more than 200',
  'option.quadratic': 'quadratic cost',
  'option.crossEntropy': 'cross-entropy',

  'forward.1':
    'This network is like those in chapter 2 of Nielsen’s book: two inputs, three hidden units, one output. Each line is a weight, and each unit has a bias.\nOne sample comes in: a⁰₁ = {a⁰₁} and a⁰₂ = {a⁰₂}. In the forward pass, it goes through one layer after another.',
  'forward.2':
    'A unit first adds up its weighted inputs and its bias: z = Σ w·a + b. For the first hidden unit:\nz¹₁ = {w¹₁₁}·{a⁰₁} + {w¹₁₂}·{a⁰₂} + {b¹₁}',
  'forward.2.ask': 'Do it by hand. Is z¹₁ positive or negative?',
  'forward.2.why': 'z¹₁ = {z¹₁}. Two negative factors make a positive term.',
  'forward.3':
    'Then σ squeezes z to a number between 0 and 1, the activation a = σ(z). σ(0) is exactly ½. For the second hidden unit:\nz¹₂ = {w¹₂₁}·{a⁰₁} + {w¹₂₂}·{a⁰₂} + {b¹₂}',
  'forward.3.ask': 'Is a¹₂ above or below ½?',
  'forward.3.why': 'z¹₂ = {z¹₂} is negative, so a¹₂ = σ({z¹₂}) = {a¹₂} is below ½.',
  'forward.4':
    'The output does the same with the activations of the hidden units:\nz²₁ = {w²₁₁}·{a¹₁} + {w²₁₂}·{a¹₂} + {w²₁₃}·{a¹₃} + {b²₁}',
  'forward.4.ask': 'An output above ½ stands for class 1. Which class does the network answer?',
  'forward.4.why': 'z²₁ = {z²₁}, so a²₁ = {a²₁}: the network answers class 1.',
  'forward.5':
    'The sample is of class 0, so the target is y = {y₁}. The answer is wrong. The quadratic cost says how wrong:\nC = ½·(a²₁ − y)² = ½·({a²₁} − {y₁})² = {C}\nWhich weights are to blame, and how much? That’s what backpropagation computes.',

  'delta.1':
    'The output is a²₁ = {a²₁}. The target is y = {y₁}.\nThe error δ of a unit is the slope of the cost: δ = ∂C/∂z. If z grows a little, C changes by δ times as much.',
  'delta.2': 'If z²₁ grew a little, a²₁ = {a²₁} would grow too. The target is {y₁}.',
  'delta.2.ask': 'Would C grow (δ²₁ positive) or shrink (δ²₁ negative)?',
  'delta.2.why':
    'The output is already too high, so C would grow. BP1: δ²₁ = (a − y)·σ′(z) = ({a²₁} − {y₁})·{σ′²₁} = {δ²₁}',
  'delta.3': 'Here is another sample, of class 1. The output is a²₁ = {a²₁}, and the target is y = {y₁}.',
  'delta.3.ask': 'Which sign does δ²₁ have now?',
  'delta.3.why': 'The output is too low. A larger z²₁ would lower C, so δ²₁ = {δ²₁} is negative.',
  'delta.4':
    'Don’t take it on faith. A bias shifts z one for one, so ∂C/∂b is δ. The check below the numbers moves the bias by 0.01 up and down, computes C with two forward passes, and divides. It finds the same slope, without any of the four equations.',

  'backward.1':
    'The output has its error, δ²₁ = {δ²₁}. A hidden unit has no target, so who says how wrong it is?\nIt acts on C only through the output, along its weight. So its blame flows back along the same weight.',
  'backward.2': 'The second hidden unit reaches the output through w²₁₂ = {w²₁₂}. δ²₁ = {δ²₁} is positive.',
  'backward.2.ask': 'Which sign does δ¹₂ have?',
  'backward.2.why':
    'The weight is negative, so a larger z¹₂ lowers the output, and C with it. BP2: δ¹₂ = w·δ·σ′ = {w²₁₂}·{δ²₁}·{σ′¹₂} = {δ¹₂}',
  'backward.3':
    'The weights to the output are {w²₁₁}, {w²₁₂} and {w²₁₃}. The slopes σ′(z) of the hidden units are {σ′¹₁}, {σ′¹₂} and {σ′¹₃}.',
  'backward.3.ask': 'Which hidden unit has the largest |δ|?',
  'backward.3.why':
    'δ¹₁ = {δ¹₁}, δ¹₂ = {δ¹₂} and δ¹₃ = {δ¹₃}: the second unit has the largest |w|, and a slope near the largest.',
  'backward.4':
    'With more outputs, a hidden unit sums w·δ over all of them. With more layers, the same equation goes on, layer by layer, to the first. One pass forward and one pass back: that’s all it takes for every δ in the network.',

  'gradient.1':
    'Every unit has its δ now. The rest is easy. A bias shifts z one for one, so BP3 says ∂C/∂b = δ. For the second hidden unit: ∂C/∂b¹₂ = {δ¹₂}.',
  'gradient.2':
    'A weight acts on z through its input: if w grows a little, z changes by a times as much. BP4: ∂C/∂w = δ·a, the error at its end times the activation at its start. Take w¹₁₂, with δ¹₁ = {δ¹₁} and a⁰₂ = {a⁰₂}.',
  'gradient.2.ask': 'Is ∂C/∂w¹₁₂ positive or negative?',
  'gradient.2.why': '∂C/∂w¹₁₂ = δ¹₁·a⁰₂ = {δ¹₁}·{a⁰₂} = {∂w¹₁₂}. The sign of δ alone doesn’t decide it.',
  'gradient.3':
    'The update takes a step against the gradient: w ← w − η·∂C/∂w, with η = {η} and ∂C/∂w¹₁₂ = {∂w¹₁₂}.',
  'gradient.3.ask': 'What happens to w¹₁₂?',
  'gradient.3.why': 'Minus times minus: w¹₁₂ changes by {Δw¹₁₂}.',
  'gradient.4':
    'All weights and biases take their step at once. C of this sample falls from {C} to {C′}.\nWritten for a whole layer, the gradient is δ·aᵀ: one row for each δ, one column for each a. The gradients of all nine weights come from four δ’s and five a’s.',

  'small-input.1':
    'Here, the third hidden unit hardly fires: z¹₃ = {z¹₃}, so a¹₃ = {a¹₃}. The other two activations are {a¹₁} and {a¹₂}.',
  'small-input.2': 'All three weights to the output have the same δ²₁ = {δ²₁} at their end.',
  'small-input.2.ask': 'Which of them learns slowest?',
  'small-input.2.why':
    '∂C/∂w = δ·a. The gradients are {∂w²₁₁}, {∂w²₁₂} and {∂w²₁₃}: where a is near 0, so is the gradient. The weight from a silent unit learns slowly.',
  'small-input.3':
    'Try it. Drag unit 3 upward, or point at it and type a larger bias. Then point at its weight to the output again: its gradient grows with a¹₃.',
  'small-input.4':
    'The same holds for inputs. Drag an input to 0, and the gradients of its weights are 0. In a picture of a digit, most pixels are black (a = 0), so their weights learn nothing at all from this picture. That’s also why inputs are scaled to a common size.',

  'saturation.1':
    'The neuron from chapter 3: one input x = 1, one weight, one bias. The target is y = {y₁}, but with w = {w¹₁₁} and b = {b¹₁} it answers a = {a¹₁}. It couldn’t be much more wrong.',
  'saturation.2': 'With the quadratic cost, δ = (a − y)·σ′(z). Here, a − y is nearly as large as it gets.',
  'saturation.2.ask': 'Is |δ| large or small?',
  'saturation.2.why':
    'σ′(z) = a·(1 − a) = {σ′¹₁}, because σ is flat at z = {z¹₁}. So δ is only {δ¹₁}. The unit is saturated: confidently wrong, and hardly able to learn.',
  'saturation.3':
    'The cure: cross-entropy. Its slope has 1/σ′ in it, and σ′ cancels: δ = a − y. The more wrong, the larger the error.',
  'saturation.3.ask': 'Which sign does δ have with cross-entropy?',
  'saturation.3.why': 'The same sign, but a different size: δ = {a¹₁} − {y₁} = {δ¹₁}.',
  'saturation.4':
    'Two neurons train on x = 1, y = 0, with η = {η}, one with each cost. With cross-entropy, the output crosses ½ after 17 epochs.',
  'saturation.4.ask': 'How many epochs does the quadratic cost need?',
  'saturation.4.why': 'Watch it: almost nothing happens at first, where σ is flat. Then it catches up, late.',

  'vanishing.1':
    'This network has four hidden layers of sigmoid units. BP2 multiplies δ by σ′(z) in each layer on its way back, and the σ′ of sigmoid is at most ¼.',
  'vanishing.2': 'The error starts at the outputs, on the right, with δ⁵₁ = {δ⁵₁}.',
  'vanishing.2.ask': 'Which layer learns slowest?',
  'vanishing.2.why': 'The first one. Each layer adds another factor σ′ of at most ¼.',
  'vanishing.3':
    'Four layers back, little is left: the first hidden unit has δ¹₁ = {δ¹₁}. The gradient is δ·a, so the first layer hardly learns, though everything else is built on it.',
  'vanishing.4':
    'Here’s the same network with relu(z) = max(0, z), whose slope is 1 wherever z > 0, and initial weights to match (heNormal). In the first layer, unit 3 has δ¹₃ = {δ¹₃} (units with z < 0 have 0), and all layers learn at a similar pace. Watch it over a whole training run in “The error δ of each layer”, below the network.',

  'digit.1':
    'This network has seen 5,000 handwritten digits twice. Now it’s your turn: draw a digit in the box, say which one it is, and press “Follow it”. Or take a test image.\nWithout a digit of your own, the lesson takes the next one from the training set.',
  'digit.2':
    'Your 784 pixels are the activations a⁰. Each hidden unit multiplies them by its own image of 784 weights, adds them up, and passes the sum through relu(z) = max(0, z), which turns negative sums to 0.',
  'digit.3':
    'Softmax turns the ten z into probabilities, a = e^z / Σ e^z, which add up to 1. The target is 1 for the true digit and 0 for the nine others.',
  'digit.4': 'With cross-entropy, BP1 is δ = a − y for each output.',
  'digit.4.ask': 'Which sign does the δ of the true digit have?',
  'digit.4.why':
    'Its target is 1, and no probability is larger than 1: negative. The nine others have target 0, so their δ is positive. All ten add up to 0.',
  'digit.5':
    'Each hidden unit gathers its share from all ten outputs. relu stops the error where the unit is silent: σ′ = 0.',
  'digit.6':
    'And δ·a again: each pixel’s weight changes in proportion to the pixel. Where you drew nothing, a = 0, and nothing is learned. You have followed your own digit through all four equations.',
} as const;

export type LessonWords = Readonly<Record<keyof typeof texts, string>>;
export const words: LessonWords = texts;
