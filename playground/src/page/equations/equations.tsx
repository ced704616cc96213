import type { OptimizerName } from 'bp4';
import type { PhaseName } from '../phases.js';
import { biasGradient, forward, hiddenDelta, outputDelta, update, weightGradient } from './formulas.js';
import './equations.css';

interface EquationsProps {
  /** The phase whose equation lights up. */
  readonly lit: PhaseName | undefined;
  readonly optimizer: OptimizerName;
  readonly hasPenalty: boolean;
}

/** The forward pass, the four equations and the update, each with what it gives. */
export function Equations({ lit, optimizer, hasPenalty }: EquationsProps) {
  const rows = [
    { name: 'forward', gives: 'what each unit says', formula: forward },
    { name: 'BP1', gives: 'δ at the outputs', formula: outputDelta },
    { name: 'BP2', gives: 'δ one layer back', formula: hiddenDelta },
    { name: 'BP3', gives: 'gradient of biases', formula: biasGradient },
    { name: 'BP4', gives: 'gradient of weights', formula: weightGradient },
    { name: 'update', gives: describeRule(optimizer, hasPenalty), formula: update(optimizer) },
  ] as const;
  return (
    <ol class="equations" aria-label="The equations of backpropagation">
      {rows.map(({ name, gives, formula }) => (
        <li key={name} class={name === lit ? 'lit' : ''} aria-current={name === lit ? 'step' : undefined}>
          <span class="equation-name">
            <b>{name}</b> <span>{gives}</span>
          </span>
          {formula}
        </li>
      ))}
    </ol>
  );
}

function describeRule(optimizer: OptimizerName, hasPenalty: boolean): string {
  const penalty = hasPenalty ? ', with penalty' : '';
  return optimizer === 'sgd' ? `downhill${penalty}` : `by ${optimizer}${penalty}`;
}
