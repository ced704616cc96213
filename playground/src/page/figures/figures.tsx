import type { Parameter } from '../../protocol.js';
import type { View } from '../view.js';
import { Factors } from './factors.js';
import { SlopeCurve } from './slope-curve.js';
import { enLate } from '../../words/en-late.js';
import { addEnglish } from '../../words/say.js';
import './figures.css';

addEnglish(enLate);

/** What a derivation shows beside its numbers: σ of a unit, or the factors of a weight's gradient. */
export function Figure({ view, at }: { readonly view: View; readonly at: Parameter }) {
  return at.from === undefined ? (
    <SlopeCurve view={view} layer={at.layer} unit={at.unit} />
  ) : (
    <Factors view={view} layer={at.layer} unit={at.unit} from={at.from} />
  );
}
