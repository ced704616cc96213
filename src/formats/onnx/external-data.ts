import { FormatError } from '../../errors.js';
import { show } from '../../base/check.js';
import { listNames } from '../files-by-name.js';
import { EXTERNAL, type Graph, type Tensor } from './proto.js';

export const isExternal = ({ dataLocation, externalData }: Tensor): boolean =>
  dataLocation === EXTERNAL || externalData.length > 0;

/** The value of an entry of external_data: location, offset or length. */
const findEntry = ({ externalData }: Tensor, name: string): string | undefined =>
  externalData.find(({ key }) => key === name)?.value;

/** The names of the files that hold initializers, each once. */
export const listLocations = ({ initializer }: Graph): string[] => [
  ...new Set(initializer.filter(isExternal).map((tensor) => findEntry(tensor, 'location') ?? '')),
];

/** The bytes of initializers that are not in the model itself. */
export class ExternalData {
  readonly #files: ReadonlyMap<string, Uint8Array>;
  /** The size of all files. */
  readonly bytes: number;
  #left: number;

  constructor(files: ReadonlyMap<string, Uint8Array> = new Map()) {
    this.#files = files;
    this.bytes = [...files.values()].reduce((sum, { length }) => sum + length, 0);
    this.#left = this.bytes;
  }

  /**
   * The raw data of a tensor.
   * @param size of the tensor in bytes, for writers that omit the length
   * @throws FormatError if its file is missing or too short, or if tensors overlap
   */
  read(place: string, tensor: Tensor, size: number): Uint8Array {
    const location = findEntry(tensor, 'location') ?? '';
    const file = this.#files.get(location);
    if (!file) throw this.#missing(place, location);
    const offset = Number(findEntry(tensor, 'offset') ?? 0);
    const length = Number(findEntry(tensor, 'length') ?? size);
    const isInside =
      Number.isSafeInteger(offset) &&
      Number.isSafeInteger(length) &&
      Math.min(offset, length) >= 0 &&
      offset + length <= file.length;
    if (!isInside) {
      throw new FormatError({
        place,
        problem: `it takes ${length} bytes from ${offset} on, but ${show(location)} has ${file.length}`,
      });
    }
    this.#left -= length;
    if (this.#left < 0)
      throw new FormatError({ place, problem: `its bytes in ${show(location)} overlap others` });
    return file.subarray(offset, offset + length);
  }

  #missing(place: string, location: string): FormatError {
    const given = this.#files.size === 0 ? '' : `, got ${listNames([...this.#files.keys()])}`;
    return new FormatError({
      place,
      problem: `its numbers are in another file, ${show(location)}${given}`,
      cure:
        `pass that file in options.files, { ${JSON.stringify(location.slice(0, 80))}: bytes }; or export one file, with ` +
        "external_data=False in torch.onnx.export, or by onnx.save(onnx.load('model.onnx'), 'one.onnx')",
      option: { name: 'files', values: [location] },
    });
  }
}
