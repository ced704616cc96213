/* eslint-disable no-control-regex -- the signatures of files are bytes */
import { FormatError } from '../errors.js';

// Files that people give in place of a model, by what they begin with.

/** What a file is, and how its content gets here. */
export interface ForeignFile {
  readonly what: string;
  readonly cure: string;
}

const keras: ForeignFile = {
  what: 'a Keras model',
  cure: 'convert it with tensorflowjs_converter --input_format=keras --output_format=tfjs_layers_model, or with tf2onnx',
};
const hdf5: ForeignFile = { ...keras, what: 'an HDF5 file, as Keras writes for .h5' };
const pytorch: ForeignFile = {
  what: 'a PyTorch file, which holds a pickle',
  cure: 'write it with safetensors.torch.save_file(model.state_dict(), …), or with torch.onnx.export',
};
const pickle: ForeignFile = {
  what: 'a pickle of Python, as scikit-learn, joblib and older PyTorch write',
  cure: 'export it to ONNX: skl2onnx for scikit-learn, torch.onnx.export for PyTorch',
};
const packed = (what: string): ForeignFile => ({ what, cure: 'unpack it, and pass the model inside' });
const data = (what: string): ForeignFile => ({
  what,
  cure: 'it holds data; pass the file of a trained model',
});

/** By the bytes at the start, as Latin-1. */
const beginnings: readonly (readonly [RegExp, ForeignFile])[] = [
  [
    /^version https:\/\/git-lfs\.github\.com\/spec/,
    { what: 'a Git LFS pointer in place of the file', cure: 'fetch the file with git lfs pull' },
  ],
  [
    /^(\u00EF\u00BB\u00BF)?\s*<(!doctype html|html|head|body|script)/i,
    { what: 'an HTML page', cure: 'check the address: download the file itself, not the page about it' },
  ],
  [
    /^(\u00EF\u00BB\u00BF)?\s*<(\?xml|PMML)/i,
    { what: 'an XML file, such as PMML', cure: 'export the model to ONNX' },
  ],
  [/^\x89HDF\r\n\x1A\n/, hdf5],
  [/^\x80\x02\x8A\x0Al\xFC\x9CF\xF9/, pytorch],
  [/^\x80[\x02-\x05]/, pickle],
  [
    /^GGUF|^(ggml|lmgg|tjgg)/,
    { what: 'a GGUF file of a language model', cure: 'bp4 reads networks of dense layers' },
  ],
  [
    /^[^]{4}TFL3/,
    { what: 'a TensorFlow Lite model', cure: 'convert the Keras model with tensorflowjs_converter' },
  ],
  [
    /^\x0A[^]{0,300}(Placeholder|Const|VarHandleOp)/,
    { what: 'a frozen graph of TensorFlow', cure: 'convert the Keras model with tensorflowjs_converter' },
  ],
  [
    /^\x08\x01\x12[^]*(saved_model|serving_default|\x12\x05serve)/,
    { what: 'a SavedModel of TensorFlow', cure: 'convert it with python -m tf2onnx.convert --saved-model' },
  ],
  [/^\x1F\x8B/, packed('a gzip file')],
  [/^\x28\xB5\x2F\xFD/, packed('a Zstandard file')],
  [/^\xFD7zXZ\0/, packed('an xz file')],
  [/^BZh[1-9]/, packed('a bzip2 file')],
  [/^7z\xBC\xAF/, packed('a 7z archive')],
  [/^Rar!/, packed('a RAR archive')],
  [/^[^]{257}ustar/, packed('a tar archive')],
  [/^\x78[\x01\x5E\x9C\xDA][^]/, { ...pickle, what: 'zlib data, as joblib writes' }],
  [/^\x93NUMPY/, { what: 'a single array of NumPy', cure: 'write all weights with np.savez' }],
  [/^PAR1/, data('a Parquet file')],
  [/^ARROW1/, data('an Arrow file')],
  [/^SQLite format 3\0/, data('an SQLite database')],
  [/^%PDF-/, data('a PDF document')],
];

/** By the names of the entries of a ZIP. */
const entries: readonly (readonly [RegExp, ForeignFile])[] = [
  [/(^|\/)(data|constants)\.pkl/, pytorch],
  [/^(config\.json|metadata\.json|model\.weights\.h5)/, keras],
  [/^\[Content_Types\]\.xml$|^xl\//, data('an Office file, such as .xlsx')],
  [/(^|\/)(model\.json|.*\.(onnx|safetensors|h5|bin))$/, packed('a ZIP of other files')],
];

/** The names of the entries of a ZIP, from their local headers, without decompression. */
function listEntries(bytes: Uint8Array): string[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const names: string[] = [];
  for (let at = bytes.length - 46; at >= 0 && names.length < MOST_ENTRIES; at--) {
    if (bytes[at] !== 0x50 || view.getUint32(at, true) !== DIRECTORY) continue;
    const start = at + 46;
    names.push(toLatin1(bytes.subarray(start, start + view.getUint16(at + 28, true))));
  }
  return names;
}
const DIRECTORY = 0x02014b50;
const MOST_ENTRIES = 1000;
/** TensorFlow writes the signature of a SavedModel within its first bytes. */
const MOST_BYTES = 4096;
/** TextDecoder's 'latin1' is Windows-1252, which has other characters from 80 to 9F. */
const toLatin1 = (bytes: Uint8Array): string => String.fromCharCode(...bytes.subarray(0, MOST_BYTES));

/** What a file is that is no model of a supported format; undefined if nothing is known of it. */
export function recognizeForeign(bytes: Uint8Array): ForeignFile | undefined {
  if (bytes.length === 0) return { what: 'an empty file', cure: 'download or write it again' };
  const beginning = toLatin1(bytes);
  if (!beginning.startsWith('PK\x03\x04'))
    return beginnings.find(([pattern]) => pattern.test(beginning))?.[1];
  const names = listEntries(bytes);
  if (names.some((name) => name.endsWith('.npy'))) return undefined;
  return entries.find(([pattern]) => names.some((name) => pattern.test(name)))?.[1];
}

/**
 * The error of a reader, or one that names what the file is in place of a model.
 * @param expected the format of the reader
 */
export function nameForeign(place: string, bytes: Uint8Array, expected: string, error: unknown): unknown {
  const found = recognizeForeign(bytes);
  if (!found) return error;
  const problem = `expected ${expected}, got ${found.what}`;
  return new FormatError({ place, problem, cure: found.cure }, { cause: error });
}
