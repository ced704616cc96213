// Programs written for brain.js in the tools and frameworks that people use with it, with bp4/brain installed as in a project of theirs:
// the dist/ of this repository is copied, because the tools treat a linked package as the project's own source.

import { execFile } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
// Alpine's own; alpinejs itself needs a page
import * as Alpine from 'alpine-reactivity';
import { NeuralNetwork } from 'bp4/brain';
import { produce } from 'immer';
import { createPinia, defineStore } from 'pinia';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSSRApp, isProxy, reactive, shallowRef } from 'vue';
import { xor } from '../support/brain-samples.ts';

const require = createRequire(import.meta.url);
const brain2 = require('brain.js-2');

const once = { iterations: 50, errorThresh: 1e-12 };
/** Weights from which every program starts. */
const start = (() => {
  const net = new NeuralNetwork({ hiddenLayers: [3] });
  net.train(xor, { iterations: 1, errorThresh: 1e-12 });
  return net.toJSON();
})();
/** What brain.js 2 answers after the same training. */
const expected = (() => {
  const net = new brain2.NeuralNetwork().fromJSON(start);
  net.train(xor, once);
  return net.run([1, 0])[0];
})();

describe('a network in the state of a framework', () => {
  const frameworks = {
    'Vue, reactive': (net) => reactive({ net }),
    'Vue, shallowRef': (net) => ({ net: shallowRef(net).value }),
    Pinia: (net) => {
      createSSRApp({}).use(createPinia());
      return defineStore('brain', { state: () => ({ net }) })(createPinia());
    },
    Alpine: (net) => Alpine.reactive({ net }),
    immer: (net) =>
      produce({ net, count: 0 }, (draft) => {
        draft.net.run([0, 0]);
        draft.count++;
      }),
  };

  it.each(Object.entries(frameworks))('%s', async (_, wrap) => {
    const store = wrap(new NeuralNetwork().fromJSON(start));
    expect(isProxy(store.net)).toBe(false);
    store.net.train(xor, once);
    expect(store.net.run([1, 0])[0]).toBeCloseTo(expected, 6);
    await store.net.trainAsync(xor, once);
    expect(store.net.trainOpts.iterations).toBe(50);
    expect(new NeuralNetwork().fromJSON(store.net.toJSON()).run([1, 0])).toEqual(store.net.run([1, 0]));
  });
});

describe('a project of CommonJS', () => {
  const root = fileURLToPath(new URL('../../', import.meta.url));
  let project;
  beforeAll(() => {
    project = mkdtempSync(join(tmpdir(), 'bp4-tools-'));
    const modules = join(project, 'node_modules');
    mkdirSync(join(modules, 'bp4'), { recursive: true });
    for (const name of ['package.json', 'dist', 'brain']) {
      cpSync(join(root, name), join(modules, 'bp4', name), { recursive: true });
    }
    const installed = join(root, 'test/clients/node_modules');
    for (const name of readdirSync(installed)) {
      if (!name.startsWith('.')) symlinkSync(join(installed, name), join(modules, name), 'dir');
    }
    write('package.json', { name: 'project', version: '1.0.0' });
    write('start.json', start);
    write('xor.json', xor);
  });
  afterAll(() => {
    rmSync(project, { recursive: true, force: true });
  });

  const write = (name, content) => {
    writeFileSync(
      join(project, name),
      typeof content === 'string' ? content : JSON.stringify(content, undefined, 2),
    );
  };
  /** Runs a program of Node in the project. */
  const run = (program, ...args) =>
    promisify(execFile)(process.execPath, [program, ...args], {
      cwd: project,
      env: { ...process.env, NODE_OPTIONS: '' },
    });
  const programOf = (name, path) => join(dirname(require.resolve(`${name}/package.json`)), path);

  const commonJS = `const { NeuralNetwork } = require('bp4/brain');
    const net = new NeuralNetwork().fromJSON(require('./start.json'));
    net.train(require('./xor.json'), { iterations: 50, errorThresh: 1e-12 });
    const answer = net.run([1, 0])[0];`;

  it('Jest 29, without configuration', async () => {
    write(
      'xor.test.js',
      `${commonJS}
      test('xor', () => {
        expect(answer).toBeCloseTo(${expected}, 6);
        expect(net.run([1, 0])).toBeInstanceOf(Float32Array);
      });`,
    );
    const { stderr } = await run(programOf('jest', 'bin/jest.js'), '--ci', '--rootDir', project);
    expect(stderr).toMatch(/Tests: +1 passed, 1 total/);
  });

  it('webpack 4', async () => {
    write('main.js', `${commonJS}\nconsole.log(answer);`);
    write(
      'build.js',
      `require('webpack-4')(
        { mode: 'production', target: 'node', entry: './main.js', output: { path: __dirname, filename: 'bundle.js' } },
        (error, stats) => {
          if (error || stats.hasErrors()) throw error || new Error(stats.toString());
        },
      );`,
    );
    // webpack 4 hashes with MD4, which the OpenSSL of today has only in its legacy provider
    await run('--openssl-legacy-provider', 'build.js');
    expect(Number((await run('bundle.js')).stdout)).toBeCloseTo(expected, 6);
  });

  const typed = `import { NeuralNetwork } from 'bp4/brain';
    import type { INeuralNetworkJSON, INeuralNetworkTrainOptions } from 'bp4/brain';
    const config = { hiddenLayers: [3], activation: 'sigmoid' };
    const net = new NeuralNetwork<number[], number[]>(config);
    const options: INeuralNetworkTrainOptions = { iterations: 50, errorThresh: 1e-12 };
    const json = require('./start.json') as INeuralNetworkJSON;
    net.fromJSON(json);
    net.train(require('./xor.json'), options);
    console.log(net.run([1, 0])[0]);
    declare function require(name: string): any;`;

  it('ts-node', async () => {
    write('main.ts', typed);
    write('tsconfig.json', {
      compilerOptions: { module: 'commonjs', target: 'es2020', strict: true, types: [] },
    });
    expect(Number((await run(programOf('ts-node', 'dist/bin.js'), 'main.ts')).stdout)).toBeCloseTo(
      expected,
      6,
    );
  });

  /** What TypeScript reports about the files, for a program of ES2020. */
  const check = async (module, moduleResolution, ...files) => {
    const options = { module, moduleResolution, target: 'es2020', strict: true, noEmit: true, types: [] };
    write('tsconfig.check.json', { compilerOptions: options, files });
    const { stdout } = await run(programOf('typescript', 'bin/tsc'), '-p', 'tsconfig.check.json').catch(
      (error) => error,
    );
    return stdout;
  };

  it.each([
    ['node10', 'commonjs'],
    ['node16', 'node16'],
    ['nodenext', 'nodenext'],
    ['bundler', 'esnext'],
  ])(
    'TypeScript with moduleResolution %s accepts the program, and no wrong option',
    async (resolution, module) => {
      write('typed.ts', typed);
      write('wrong.ts', typed.replace('iterations: 50', "iterations: 'fifty'"));
      expect(await check(module, resolution, 'typed.ts', 'wrong.ts')).toMatch(/^wrong\.ts\(.*TS2322: .*\n$/);
    },
  );

  it('the types of every entry that runs in browsers need no more than ES2020', async () => {
    const entries = Object.entries(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).exports)
      .filter(([, entry]) => entry.types !== undefined && entry.default !== undefined)
      .map(([name]) => `bp4${name.slice(1)}`);
    expect(entries).toContain('bp4/data');
    write('entries.ts', entries.map((name, i) => `export * as e${i} from '${name}';\n`).join(''));
    expect(await check('esnext', 'bundler', 'entries.ts')).toBe('');
  });
});
