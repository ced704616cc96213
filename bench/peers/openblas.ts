import { writeCase, type PeerCase } from './cases.js';
import { cContender } from './contenders.js';
import { race } from './race.js';

/** Names of OPENBLAS_CORETYPE for processors with the instructions of x86-64; on others, all of them fall back. */
const coreTypes = [
  'Prescott',
  'Nehalem',
  'Sandybridge',
  'Haswell',
  'Zen',
  'SkylakeX',
  'Cooperlake',
  'Sapphirerapids',
];

/**
 * Finds the OpenBLAS kernels that are fastest on this machine, because OpenBLAS doesn't know every processor, and falls back to
 * kernels for old ones.
 * @param file the C program
 * @param directory where the files of the case go
 * @returns undefined if no core type is faster than the one that OpenBLAS chooses
 */
export async function fastestCoreType(
  file: string,
  job: PeerCase,
  directory: string,
  progress: (phase: string, who: string) => void,
): Promise<string | undefined> {
  const candidates = [undefined, ...coreTypes].map((coreType) =>
    cContender(file, coreType ?? '', coreType ?? 'chosen by OpenBLAS', coreType),
  );
  await writeCase(directory, job);
  // A processor without the instructions ends the program, and a wrong loss ends its part in the race.
  const { rows } = await race(job, candidates, directory, progress);
  const [fastest] = rows;
  console.log(`OpenBLAS kernels for NumPy, PyTorch, scikit-learn and C: ${fastest?.note ?? ''}\n`);
  return fastest?.contender || undefined;
}
