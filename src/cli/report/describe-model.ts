import { exportNetwork } from '../../formats/portable.js';
import type { OpenedModel } from '../model/open-model.js';
import { grouped } from '../terminal/format-numbers.js';
import { factsOf } from './facts.js';
import type { Report } from './page.js';
import { shapeOf } from './network-drawing.js';

/** What a report tells of a model, whatever was done with it. */
export function reportOf({ net, about, path }: OpenedModel, title: string): Report {
  const shape = shapeOf(net);
  const { seed } = exportNetwork(net).spec;
  const sizes = [shape.inputs, ...shape.layers.map(({ units }) => units)].map(grouped).join(' → ');
  const trained = about ? `, trained on ${about.training.data}` : '';
  return {
    title,
    summary: `${path} is a network of ${sizes} units${trained}.`,
    shape,
    facts: factsOf(net, seed, about),
  };
}
