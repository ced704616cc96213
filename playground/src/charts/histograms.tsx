import type { LayerState } from 'bp4';
import type { JSX } from 'preact';
import { layerName, precise, whole } from '../format.js';
import { countBars, findReach } from './bars.js';
import { Canvas, type Draw } from './canvas.js';
import { useColors } from './colors.js';
import { say } from '../words/say.js';
import './histograms.css';

/** The number of bars on either side of zero. */
const HALF = 20;

export interface HistogramsProps {
  readonly layers: readonly LayerState[];
}

/**
 * A histogram of the weights of each layer, all over the same axis with zero in the middle. Fills the width of its
 * container; the height depends only on the number of layers.
 */
export function Histograms({ layers }: HistogramsProps): JSX.Element {
  const reach = findReach(layers.map(({ weights }) => weights));
  return (
    <figure class="histograms">
      {layers.map((layer, l) => (
        <Histogram key={l} name={layerName(l, layers.length)} weights={layer.weights} reach={reach} />
      ))}
      <div class="histograms-axis" aria-hidden="true">
        <span>−{reach}</span>
        <span>0</span>
        <span>{reach}</span>
      </div>
      <figcaption>
        <span class="histograms-negative">{say('weights.negative')}</span>
        <span class="histograms-positive">{say('weights.positive')}</span>
      </figcaption>
    </figure>
  );
}

interface HistogramProps {
  readonly name: string;
  readonly weights: Float32Array;
  readonly reach: number;
}

function Histogram({ name, weights, reach }: HistogramProps): JSX.Element {
  const colors = useColors();
  const draw: Draw = (context, width, height) => {
    const bars = countBars(weights, reach, HALF);
    const most = Math.max(...bars);
    const step = width / bars.length;
    bars.forEach((count, i) => {
      // keeps a single weight among many thousands visible
      const tall = count > 0 ? Math.max(1.5, (count / most) * (height - 1)) : 0;
      context.fillStyle = i < HALF ? colors.negative : colors.positive;
      context.fillRect(i * step + 0.5, height - 1 - tall, step - 1, tall);
    });
    context.fillStyle = colors.faint;
    context.fillRect(0, height - 1, width, 1);
    context.fillRect(width / 2 - 0.5, 0, 1, height);
  };
  const size = precise(rootMeanSquare(weights));
  const count = say('weights.count', { shown: whole(weights.length), count: weights.length });
  return (
    <div class="histogram">
      <h3>{name}</h3>
      <span title={say('weights.rmsTitle')}>{say('weights.rms', { count, rms: size })}</span>
      <Canvas
        draw={draw}
        when={[weights, reach, colors]}
        role="img"
        aria-label={say('weights.summary', { layer: name, count, rms: size })}
      />
    </div>
  );
}

function rootMeanSquare(values: Float32Array): number {
  let sum = 0;
  for (const value of values) sum += value * value;
  return Math.sqrt(sum / values.length);
}
