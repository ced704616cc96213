import { dataChecks, exercise } from './exercise.mjs';

export default {
  async fetch() {
    return Response.json(await exercise({}, dataChecks));
  },
};
