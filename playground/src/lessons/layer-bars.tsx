import { layerName, precise } from '../format.js';
import type { View } from '../page/view.js';
import { measureLayers } from './lessons.js';

/** How fast each layer learns, as bars. */
export function LayerBars({ view, title }: { view: View; title: string }) {
  const speeds = measureLayers(view);
  const most = Math.max(...speeds);
  return (
    <figure class="layer-bars" data-testid="layer-bars">
      <figcaption>{title}</figcaption>
      {speeds.map((speed, layer) => (
        <div key={layer}>
          <span>{layerName(layer, speeds.length)}</span>
          <span class="layer-bar" style={{ width: `${(100 * speed) / most}%` }} />
          <b>{precise(speed)}</b>
        </div>
      ))}
    </figure>
  );
}
