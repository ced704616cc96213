import { dataChecks, exercise } from './exercise.mjs';
import { workerChecks } from './trained-elsewhere.mjs';

console.log(JSON.stringify(await exercise({}, { ...dataChecks, ...workerChecks })));
