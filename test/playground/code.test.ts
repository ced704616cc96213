import { Network } from 'bp4';
import { expect, it } from 'vitest';
import { ofType, Page, settingsFor } from './support.js';

interface Code {
  readonly outputs: readonly string[];
  readonly predict: (inputs: ArrayLike<number>) => Float32Array;
}

it('exports code and JSON that predict what the session predicts', async () => {
  const page = new Page();
  await page.open(settingsFor('spiral'), { steps: 400 });
  const [code, json] = ofType(
    await page.ask({ type: 'export', format: 'code' }, { type: 'export', format: 'json' }),
    'exported',
  );
  expect([code!.fileName, json!.fileName]).toEqual(['bp4-spiral.mjs', 'bp4-spiral.json']);
  const point = Float32Array.of(0.3, -0.4);
  const [answer] = ofType(await page.ask({ type: 'ask', inputs: point }), 'answer');
  const net = await Network.fromJSON(JSON.parse(json!.text) as Parameters<typeof Network.fromJSON>[0]);
  expect(net.predict(point)).toEqual(answer!.outputs);
  const url = `data:text/javascript,${encodeURIComponent(code!.text)}`;
  const { outputs, predict } = (await import(/* @vite-ignore */ url)) as Code;
  expect(outputs).toEqual(['class 0', 'class 1']);
  expect(predict(point)).toEqual(answer!.outputs);
});
