import { packDigits } from '../dist/cli/playground/digits.js';
import { mnist } from '../examples/idx.mjs';

/** The page's sample of MNIST. */
export function digitsFile(train = 5000, test = 1000) {
  return packDigits(mnist('train'), mnist('t10k'), { train, test });
}

/**
 * `import url from 'virtual:digits'` imports the file's URL. Its name hides the gzip, so that servers don't declare it.
 * @param mode `package` leaves the file out, `single` writes it into the script
 */
export function digitsPlugin(mode) {
  const id = '\0virtual:digits';
  let isDev = false;
  return {
    name: 'digits',
    configResolved: ({ command }) => void (isDev = command === 'serve'),
    resolveId: (source) => (source === 'virtual:digits' ? id : undefined),
    load(source) {
      if (source !== id) return;
      if (isDev) return `export default '/digits.bin'`;
      if (mode === 'single') {
        const bytes = Buffer.from(digitsFile()).toString('base64');
        return `export default 'data:application/octet-stream;base64,${bytes}'`;
      }
      if (mode === 'package') return `export default new URL('digits.bin', import.meta.url).href`;
      const file = this.emitFile({ type: 'asset', name: 'digits.bin', source: digitsFile() });
      return `export default import.meta.ROLLUP_FILE_URL_${file}`;
    },
    configureServer({ middlewares }) {
      middlewares.use('/digits.bin', (_, response) => response.end(digitsFile()));
    },
  };
}
