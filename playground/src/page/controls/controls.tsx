import type { Settings, TaskName } from '../../protocol.js';
import {
  activationNames,
  initializerNames,
  lossNames,
  optimizerNames,
  outputActivations,
  ranges,
} from '../../run/choices.js';
import { Amount, Choice, Slider } from './fields.js';
import { Features } from './features.js';
import { Layers } from './layers.js';
import { say } from '../../words/say.js';
import './controls.css';

const rates = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3];
const batches = [1, 4, 10, 16, 32, 64, 128];
/** Softmax needs two outputs or more. */
const oneOutputLosses = lossNames.filter((name) => outputActivations[name] !== 'softmax');
const counts = [50, 100, 200, 400, 1000];
const penalties = [0, 0.0001, 0.001, 0.01, 0.1];

const isOnPlane = (task: TaskName): boolean => task !== 'neuron' && task !== 'digits' && task !== 'csv';

interface ControlsProps {
  readonly settings: Settings;
  readonly isRegression: boolean;
  readonly onChange: (change: Partial<Settings>) => void;
}

/** Every setting that determines a run. Rarely changed ones are folded away. */
export function Controls({ settings, isRegression, onChange }: ControlsProps) {
  const { task, noise, features, hidden, activation, learningRate, miniBatchSize } = settings;
  const isToy = isOnPlane(task);
  return (
    <div class="controls">
      {isToy && (
        <Slider
          label={say('controls.noise')}
          value={noise}
          max={ranges.noise[1]}
          step={0.05}
          onChange={(n) => onChange({ noise: n })}
        />
      )}
      {isToy && <Features chosen={features} onChange={(names) => onChange({ features: names })} />}
      <Layers hidden={hidden} onChange={(layers) => onChange({ hidden: layers })} />
      <Choice
        label={say('controls.activation')}
        value={activation}
        options={activationNames}
        onChange={(name) => onChange({ activation: name })}
      />
      <Amount
        label={say('controls.learningRate')}
        value={learningRate}
        range={ranges.learningRate}
        step="any"
        common={rates}
        onChange={(rate) => onChange({ learningRate: rate })}
      />
      <Amount
        label={say('controls.miniBatchSize')}
        value={miniBatchSize}
        range={ranges.miniBatchSize}
        step={1}
        isWhole
        common={batches}
        onChange={(size) => onChange({ miniBatchSize: size })}
      />
      <MoreSettings settings={settings} isRegression={isRegression} onChange={onChange} />
      <p class="restarts">{say('controls.restarts')}</p>
    </div>
  );
}

function MoreSettings({ settings, isRegression, onChange }: ControlsProps) {
  const { task, pointCount, trainingShare, loss, optimizer, l1, l2, dropout, initializer, seed } = settings;
  return (
    <details>
      <summary>{say('controls.more')}</summary>
      {isOnPlane(task) && (
        <>
          <Amount
            label={say('controls.pointCount')}
            value={pointCount}
            range={ranges.pointCount}
            step={1}
            isWhole
            common={counts}
            onChange={(count) => onChange({ pointCount: count })}
          />
          <Slider
            label={say('controls.trainingShare')}
            value={trainingShare}
            min={ranges.trainingShare[0]}
            max={ranges.trainingShare[1]}
            step={0.1}
            onChange={(share) => onChange({ trainingShare: share })}
          />
        </>
      )}
      <Choice
        label={say('controls.loss')}
        value={isRegression ? 'meanSquaredError' : loss}
        options={
          isRegression
            ? ['meanSquaredError']
            : settings.task === 'first' || settings.task === 'neuron'
              ? oneOutputLosses
              : lossNames
        }
        isDisabled={isRegression}
        onChange={(name) => onChange({ loss: name })}
      />
      <Choice
        label={say('controls.optimizer')}
        value={optimizer}
        options={optimizerNames}
        onChange={(name) => onChange({ optimizer: name })}
      />
      <Amount
        label={say('controls.l1')}
        value={l1}
        range={ranges.l1}
        step="any"
        common={penalties}
        onChange={(x) => onChange({ l1: x })}
      />
      <Amount
        label={say('controls.l2')}
        value={l2}
        range={ranges.l2}
        step="any"
        common={penalties}
        onChange={(x) => onChange({ l2: x })}
      />
      <Slider
        label={say('controls.dropout')}
        value={dropout}
        max={ranges.dropout[1]}
        step={0.1}
        onChange={(share) => onChange({ dropout: share })}
      />
      <Choice
        label={say('controls.initializer')}
        value={initializer}
        options={initializerNames}
        onChange={(name) => onChange({ initializer: name })}
      />
      <Amount
        label={say('controls.seed')}
        value={seed}
        range={ranges.seed}
        step={1}
        isWhole
        onChange={(number) => onChange({ seed: number })}
      />
    </details>
  );
}
