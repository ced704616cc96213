/**
 * `import 'bp4/reference'` loads the engine in plain TypeScript, which bp4 otherwise loads with `import()` when it's
 * needed. Service workers, such as the background scripts of browser extensions, forbid `import()`. After this import,
 * `engine: 'reference'` works there, and so does 'auto' if WebAssembly isn't allowed.
 *
 * @module bp4/reference
 */
import { provideReference } from './kernels/load.js';
import { referenceKernels } from './kernels/reference/reference.js';

provideReference(referenceKernels);
