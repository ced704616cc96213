import { EngineError } from '../errors.js';

/**
 * Waits for a part of bp4 that loads on demand.
 * @param place what needs the part
 * @throws EngineError if the host forbids import(), as service workers do, or can't find the file
 */
export async function loaded<Part>(place: string, part: Promise<Part>): Promise<Part> {
  try {
    return await part;
  } catch (cause) {
    const problem = 'a part of bp4 cannot be loaded by import(), which service workers forbid';
    const other = place === 'engine' ? ", or add import 'bp4/reference'" : '';
    throw new EngineError({ place, problem, cure: `bundle the program into one file${other}` }, { cause });
  }
}
