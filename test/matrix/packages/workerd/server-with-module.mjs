import engine from 'bp4/core.wasm';
import { dataChecks, exercise } from './exercise.mjs';

export default {
  async fetch() {
    return Response.json(await exercise({ engine }, dataChecks));
  },
};
