/**
 * Ensembles: several networks combined into one, by the weighted mean of their outputs.
 *
 * @module bp4/ensemble
 */
export { Ensemble } from './ensemble.js';
export type { GivenMember } from './ensemble.js';
export type { Member } from './members.js';
