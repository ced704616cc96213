/**
 * Which inputs matter: importance by permutation, gradients with respect to the inputs, and integrated gradients. All are
 * bit-for-bit identical on every engine.
 *
 * @module bp4/explain
 */
export { importance, type ColumnImportance, type Importance, type ImportanceOptions } from './importance.js';
export {
  inputGradients,
  integratedGradients,
  type Attributions,
  type InputGradientOptions,
  type IntegratedGradientOptions,
} from './input-gradients.js';
