import { dataChecks, exercise } from '../../exercise.mjs';
import { workerChecks } from '../../trained-elsewhere.mjs';

export const dynamic = 'force-dynamic';

export async function GET() {
  return Response.json(await exercise({}, { ...dataChecks, ...workerChecks }));
}
