import { expect, it } from 'vitest';
import { planFlow } from '../../playground/src/page/network/flow.js';
import { startView } from '../../playground/src/page/view.js';
import { takeTrial } from '../../playground/src/page/use-trial.js';
import { passInDouble } from './double.js';
import { ofType, Page, settingsFor } from './support.js';

it('sends w·a forward and w·δ back along each edge, whose sums give a and δ as double precision does', async () => {
  const settings = settingsFor('first', { hidden: [4, 3] });
  const page = new Page();
  const [opened] = ofType(await page.open(settings, { steps: 10 }), 'opened');
  const [step] = ofType(await page.ask({ type: 'step' }), 'walk');
  const view = startView(step!.walk, opened!.problem, settings);
  const { layers } = passInDouble(takeTrial(view), settings.loss);
  const near = (shown: number, exact: number): void => expect(Math.abs(shown - exact)).toBeLessThan(1e-5);
  const seen: string[] = [];
  view.phases.forEach(({ name, layer }, index) => {
    const flow = planFlow({ ...view, index });
    if (flow === undefined) return;
    seen.push(`${name} ${layer}: ${flow.from} to ${flow.to}`);
    const isForward = name === 'forward';
    const { weights } = view.walk.before[isForward ? layer! : layer! + 1]!;
    const sources = isForward
      ? (layers[layer! - 1]?.a ?? [...view.walk.gradients.inputs])
      : layers[layer! + 1]!.delta;
    const { z, a, delta } = layers[layer!]!;
    expect(flow.packets).toHaveLength(weights.length);
    for (const { source, target, value } of flow.packets) {
      const w = isForward ? weights[target * sources.length + source]! : weights[source * a.length + target]!;
      near(value, w * sources[source]!);
    }
    for (const [target, sum] of Array.from(flow.sums).entries()) {
      const arrived = flow.packets.filter((packet) => packet.target === target);
      const total = arrived.reduce((all, { value }) => all + value, 0);
      near(sum, isForward ? z[target]! : total);
      if (isForward) near(total + view.walk.before[layer!]!.biases[target]!, sum);
      else near(total * a[target]! * (1 - a[target]!), delta[target]!);
      near(flow.results[target]!, isForward ? a[target]! : delta[target]!);
    }
  });
  expect(seen).toEqual([
    ...['forward 0: 0 to 1', 'forward 1: 1 to 2', 'forward 2: 2 to 3'],
    ...['BP2 1: 3 to 2', 'BP2 0: 2 to 1'],
  ]);
});
