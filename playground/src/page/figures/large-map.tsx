import { useLayoutEffect, useRef } from 'preact/hooks';
import { useColors } from '../../charts/colors.js';
import { MAP } from '../../protocol.js';
import { say } from '../../words/say.js';
import { paint } from '../network/pixels.js';

/** What a unit answers over the plane. @param values [MAP][MAP], 0 to 255 */
export function LargeMap({ values }: { readonly values: Uint8Array }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const colors = useColors();
  useLayoutEffect(() => paint(canvas.current!, values, 'classes', 127, colors), [values, colors]);
  return (
    <figure class="large-map" data-testid="large-map">
      <canvas ref={canvas} width={MAP} height={MAP} role="img" aria-label={say('map.title')} />
      <figcaption>{say('map.title')}</figcaption>
    </figure>
  );
}
