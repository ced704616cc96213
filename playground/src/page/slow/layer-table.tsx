import type { LayerDiagnosis } from 'bp4';
import { layerName, percent, short } from '../../format.js';
import { say } from '../../words/say.js';

/** What the speed of each layer comes from, with the slowest layer marked. */
export function LayerTable({ layers }: { readonly layers: readonly LayerDiagnosis[] }) {
  const slowest = layers.reduce((least, { speed }, l) => (speed < layers[least]!.speed ? l : least), 0);
  return (
    <table class="layer-table">
      <caption>{say('slow.layers')}</caption>
      <thead>
        <tr>
          <th />
          <th scope="col">{say('slow.speed')}</th>
          <th scope="col">δ</th>
          <th scope="col">{say('slow.input')}</th>
          <th scope="col">{say('slow.saturated')}</th>
          <th scope="col">{say('slow.dead')}</th>
        </tr>
      </thead>
      <tbody>
        {layers.map(({ speed, delta, input, saturated, dead }, l) => (
          <tr key={l} class={l === slowest && layers.length > 1 ? 'slowest' : ''}>
            <th scope="row">{layerName(l, layers.length)}</th>
            <td>{short(speed)}</td>
            <td>{short(delta)}</td>
            <td>{short(input)}</td>
            <td>{percent(saturated)}</td>
            <td>{dead}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
