import { ConfusionMatrix } from '../charts/confusion-matrix.js';
import { HeatMap } from '../charts/heat-map.js';
import { Histograms } from '../charts/histograms.js';
import type { Run } from './use-run.js';
import { nameClasses } from './view.js';
import { say } from '../words/say.js';

/** How fast each layer learns, how the weights are distributed, and which classes the network confuses. */
export function Details({ run }: { run: Run }) {
  const { problem, progress, history } = run;
  if (problem === undefined || progress === undefined) return null;
  return (
    <div class="details">
      <section class="card">
        <h2>{say('details.delta')}</h2>
        <HeatMap history={history} layerCount={problem.activations.length} />
      </section>
      <section class="card">
        <h2>{say('details.weights')}</h2>
        <Histograms layers={progress.layers} />
      </section>
      {!problem.isRegression && (
        <section class="card">
          <h2>{say('details.confusion')}</h2>
          {progress.confusion !== undefined && (
            <ConfusionMatrix confusion={progress.confusion} classNames={nameClasses(problem)} />
          )}
        </section>
      )}
    </div>
  );
}
