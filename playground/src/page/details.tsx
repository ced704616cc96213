import { useMemo } from 'preact/hooks';
import { ConfusionMatrix } from '../charts/confusion-matrix.js';
import { HeatMap } from '../charts/heat-map.js';
import { Histograms } from '../charts/histograms.js';
import type { Run } from './use-run.js';
import { nameClasses } from './view.js';
import { say } from '../words/say.js';

/** How fast each layer learns, how the weights are distributed, and which classes the network confuses. */
export function Details({ run }: { run: Run }) {
  const { problem, progress, history } = run;
  const { layers, confusion } = progress ?? {};
  // drawn again only for other numbers: the worker also answers about those that stay
  const heat = useMemo(
    () => problem && <HeatMap history={history} layerCount={problem.activations.length} />,
    [problem, history],
  );
  const histograms = useMemo(() => layers && <Histograms layers={layers} />, [layers]);
  const matrix = useMemo(
    () => problem && confusion && <ConfusionMatrix confusion={confusion} classNames={nameClasses(problem)} />,
    [problem, confusion],
  );
  if (problem === undefined || progress === undefined) return null;
  return (
    <div class="details">
      <section class="card">
        <h2>{say('details.delta')}</h2>
        {heat}
      </section>
      <section class="card">
        <h2>{say('details.weights')}</h2>
        {histograms}
      </section>
      {!problem.isRegression && (
        <section class="card">
          <h2>{say('details.confusion')}</h2>
          {matrix}
        </section>
      )}
    </div>
  );
}
