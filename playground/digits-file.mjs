import { gzipSync } from 'node:zlib';
import { mnist } from '../examples/idx.mjs';

const PIXELS = 28 * 28;

/** The page's sample of MNIST: images at regular intervals, gzipped. src/run/digits.ts reads it. */
export function digitsFile(training = 5000, test = 1000) {
  const parts = [every(mnist('train'), training), every(mnist('t10k'), test)];
  const counts = Buffer.alloc(8);
  counts.writeUInt32LE(training, 0);
  counts.writeUInt32LE(test, 4);
  const packed = gzipSync(
    Buffer.concat([
      counts,
      ...parts.flatMap(({ labels }) => labels),
      ...parts.flatMap(({ images }) => images),
    ]),
    { level: 9 },
  );
  return new Uint8Array(packed);
}

function every({ inputs, labels }, count) {
  const numbers = Array.from({ length: count }, (_, i) => Math.floor((i * labels.length) / count));
  return {
    labels: numbers.map((n) => labels.subarray(n, n + 1)),
    images: numbers.map((n) => inputs.subarray(n * PIXELS, (n + 1) * PIXELS)),
  };
}

/** `import url from 'virtual:digits'` imports the file's URL. Its name hides the gzip, so that servers don't declare it. */
export function digitsPlugin() {
  const id = '\0virtual:digits';
  let isDev = false;
  return {
    name: 'digits',
    configResolved: ({ command }) => void (isDev = command === 'serve'),
    resolveId: (source) => (source === 'virtual:digits' ? id : undefined),
    load(source) {
      if (source !== id) return;
      if (isDev) return `export default '/digits.bin'`;
      const file = this.emitFile({ type: 'asset', name: 'digits.bin', source: digitsFile() });
      return `export default import.meta.ROLLUP_FILE_URL_${file}`;
    },
    configureServer({ middlewares }) {
      middlewares.use('/digits.bin', (_, response) => response.end(digitsFile()));
    },
  };
}
