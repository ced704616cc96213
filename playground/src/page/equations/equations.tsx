import type { OptimizerName } from 'bp4';
import type { PhaseName } from '../phases.js';
import {
  biasGradient,
  forward,
  hiddenDelta,
  meanGradient,
  outputDelta,
  update,
  weightGradient,
} from './formulas.js';
import './equations.css';

interface EquationsProps {
  /** The phase whose equation is highlighted. */
  readonly lit: PhaseName | undefined;
  readonly optimizer: OptimizerName;
  readonly hasPenalty: boolean;
}

/** The forward pass, the four equations and the update, each with its result. */
export function Equations({ lit, optimizer, hasPenalty }: EquationsProps) {
  const rows = [
    { name: 'forward', result: 'activations', formula: forward },
    { name: 'BP1', result: 'δ of the output layer', formula: outputDelta },
    { name: 'BP2', result: 'δ of a hidden layer', formula: hiddenDelta },
    { name: 'BP3', result: 'gradient of the biases', formula: biasGradient },
    { name: 'BP4', result: 'gradient of the weights', formula: weightGradient },
    { name: 'mean', result: 'over the m samples', formula: meanGradient },
    { name: 'update', result: describeRule(optimizer, hasPenalty), formula: update(optimizer) },
  ] as const;
  return (
    <ol class="equations" aria-label="The equations of backpropagation">
      {rows.map(({ name, result, formula }) => (
        <li key={name} class={name === lit ? 'lit' : ''} aria-current={name === lit ? 'step' : undefined}>
          <span class="equation-name">
            <b>{name}</b> <span>{result}</span>
          </span>
          {formula}
        </li>
      ))}
    </ol>
  );
}

function describeRule(optimizer: OptimizerName, hasPenalty: boolean): string {
  return `with ${optimizer}${hasPenalty ? ' and penalty' : ''}`;
}
