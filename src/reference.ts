/**
 * `import 'bp4/reference'` brings the engine in plain TypeScript along, where bp4 else fetches it by `import()` once it is
 * needed. Service workers and the backgrounds of extensions forbid `import()`: after this import `engine: 'reference'` works
 * there, and so does 'auto' where WebAssembly is refused.
 *
 * @module bp4/reference
 */
import { provideReference } from './kernels/load.js';
import { referenceKernels } from './kernels/reference/reference.js';

provideReference(referenceKernels);
