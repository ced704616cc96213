import type { Parameter } from '../../protocol.js';
import type { View } from '../view.js';
import { Factors } from './factors.js';
import { LargeMap } from './large-map.js';
import { SlopeCurve } from './slope-curve.js';
import { enLate } from '../../words/en-late.js';
import { addEnglish } from '../../words/say.js';
import './figures.css';

export { LargeMap };

addEnglish(enLate);

interface FigureProps {
  readonly view: View;
  readonly at: Parameter;
  /** What the unit answers over the plane. */
  readonly map: Uint8Array | undefined;
}

/** What a derivation shows beside its numbers: σ of a unit, or the factors of a weight's gradient. */
export function Figure({ view, at, map }: FigureProps) {
  return at.from === undefined ? (
    <>
      <SlopeCurve view={view} layer={at.layer} unit={at.unit} />
      {map !== undefined && <LargeMap values={map} />}
    </>
  ) : (
    <Factors view={view} layer={at.layer} unit={at.unit} from={at.from} />
  );
}
