/**
 * bp4/code: a trained network as an ES module that needs nothing else, for wherever JavaScript runs.
 *
 * @module bp4/code
 */
export type { ModuleOptions } from './content.js';
export { toModule } from './module.js';
export { toModuleTypes } from './types.js';
