import { dataChecks, exercise } from '../../exercise.mjs';
import { workerChecks } from '../../trained-elsewhere.mjs';

export const dynamic = 'force-dynamic';

export default async function Page() {
  return (
    <pre>{encodeURIComponent(JSON.stringify(await exercise({}, { ...dataChecks, ...workerChecks })))}</pre>
  );
}
