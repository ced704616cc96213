import type { Scene } from './scene.js';
import { say } from '../../words/say.js';

/** The meaning of colors, dashes and numbers, and the values of one unit. */
export function Legend({ scene, readout }: { scene: Scene | undefined; readout: string | undefined }) {
  if (scene === undefined) return <figcaption class="network-legend" />;
  return (
    <figcaption class="network-legend">
      <span class="keys">
        <Key kind="positive" text={`${scene.quantity} > 0`} />
        <Key kind="negative" text={`${scene.quantity} < 0`} />
        <span>{say('network.width')}</span>
      </span>
      <span class="caption">{scene.caption}</span>
      <span class="readout">{readout ?? say('network.hint')}</span>
    </figcaption>
  );
}

function Key({ kind, text }: { kind: 'positive' | 'negative'; text: string }) {
  return (
    <span class="key">
      <svg width="26" height="8" aria-hidden="true">
        <line class={`edge ${kind}`} x1="1" y1="4" x2="25" y2="4" stroke-width="3" />
      </svg>
      {text}
    </span>
  );
}
