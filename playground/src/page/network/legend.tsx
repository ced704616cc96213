import type { Scene } from './scene.js';

/** What colors, dashes and numbers stand for, and the numbers of the unit that is pointed at. */
export function Legend({ scene, told }: { scene: Scene | undefined; told: string | undefined }) {
  if (scene === undefined) return <figcaption class="network-legend" />;
  return (
    <figcaption class="network-legend">
      <span class="keys">
        <Key kind="positive" text={`${scene.quantity} > 0`} />
        <Key kind="negative" text={`${scene.quantity} < 0`} />
        <span>wider: larger</span>
      </span>
      <span class="caption">{scene.caption}</span>
      <span class="told">{told ?? 'Point at a unit for its numbers.'}</span>
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
