import { dataChecks, exercise } from '../../exercise.mjs';

export const dynamic = 'force-dynamic';

export default async function Page() {
  return <pre>{encodeURIComponent(JSON.stringify(await exercise({}, dataChecks)))}</pre>;
}
