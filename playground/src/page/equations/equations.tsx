import type { OptimizerName } from 'bp4';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { MathSymbol } from '../network/spotlight.js';
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
import { say } from '../../words/say.js';
import './equations.css';

interface EquationsProps {
  /** The phase whose equation is highlighted. */
  readonly lit: PhaseName | undefined;
  readonly optimizer: OptimizerName;
  readonly hasPenalty: boolean;
  /** The symbol of what the user points at in the picture. */
  readonly symbol: MathSymbol | undefined;
  /** Receives the symbol under the pointer, in the highlighted equation. */
  readonly onSymbol: (symbol: MathSymbol | undefined) => void;
}

/** The forward pass, the four equations and the update, each with its result. */
export function Equations({ lit, optimizer, hasPenalty, symbol, onSymbol }: EquationsProps) {
  const list = useRef<HTMLOListElement>(null);
  useLayoutEffect(() => {
    for (const element of list.current?.querySelectorAll('[data-symbol]') ?? [])
      element.classList.toggle('pointed', element.matches(`.lit [data-symbol='${symbol ?? ''}']`));
  }, [symbol, lit]);
  const rows = [
    { name: 'forward', result: say('equations.forward'), formula: forward },
    { name: 'BP1', result: say('equations.BP1'), formula: outputDelta },
    { name: 'BP2', result: say('equations.BP2'), formula: hiddenDelta },
    { name: 'BP3', result: say('equations.BP3'), formula: biasGradient },
    { name: 'BP4', result: say('equations.BP4'), formula: weightGradient },
    { name: 'mean', result: say('equations.mean'), formula: meanGradient },
    { name: 'update', result: describeRule(optimizer, hasPenalty), formula: update(optimizer) },
  ] as const;
  return (
    <ol
      ref={list}
      class="equations"
      aria-label={say('equations.title')}
      onPointerOver={({ target }) => onSymbol(readSymbol(target))}
      onPointerLeave={() => onSymbol(undefined)}
    >
      {rows.map(({ name, result, formula }) => (
        <li key={name} class={name === lit ? 'lit' : ''} aria-current={name === lit ? 'step' : undefined}>
          <span class="equation-name">
            <b>{say(`phase.${name}`)}</b> <span>{result}</span>
          </span>
          {formula}
        </li>
      ))}
    </ol>
  );
}

function readSymbol(target: EventTarget | null): MathSymbol | undefined {
  const element = target instanceof Element ? target.closest('.lit [data-symbol]') : null;
  return (element?.getAttribute('data-symbol') ?? undefined) as MathSymbol | undefined;
}

function describeRule(optimizer: OptimizerName, hasPenalty: boolean): string {
  return say(hasPenalty ? 'equations.updatePenalty' : 'equations.update', { optimizer });
}
