/**
 * Writes a trained network as a standalone ES module without imports.
 *
 * @module bp4/code
 */
export type { ModuleOptions } from './content.js';
export { toModule } from './module.js';
export { toModuleTypes } from './types.js';
