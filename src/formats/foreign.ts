/* eslint-disable no-control-regex -- the first bytes of files hold control characters */
import { FormatError } from '../errors.js';

// Files that aren't what they are taken for, by what they begin with: given in place of a model, or of data.

/** What a file holds, and what to do about it. */
export interface ForeignKind {
  readonly what: string;
  /** Of the first characters, one for each byte. */
  readonly beginning: RegExp;
  /** What to do in order to get data; undefined if a text may begin like this. */
  readonly dataCure?: string;
  /** What to do in order to get a model; undefined if models are read from it. */
  readonly modelCure?: string;
  /** The format of data that it is, if it is one. */
  readonly format?: 'npz' | 'npy' | 'parquet' | 'gzip';
}

const noRows = 'give a file with rows of data';
const noModel = 'it holds data; pass the file of a trained model';
const keras =
  'convert it with tensorflowjs_converter --input_format=keras --output_format=tfjs_layers_model, or with tf2onnx';
const kerasToTFJS = 'convert the Keras model with tensorflowjs_converter';
const pytorch = 'write it with safetensors.torch.save_file(model.state_dict(), …), or with torch.onnx.export';
const scikit = 'export it to ONNX: skl2onnx for scikit-learn, torch.onnx.export for PyTorch';
const unpacked = 'unpack it, and pass the model inside';

/** The first that fits counts. */
const foreignKinds: readonly ForeignKind[] = [
  {
    what: 'a PyTorch file, which holds a pickle',
    beginning: /^(?:PK\x03\x04[^]*\/(?:data|constants)\.pkl|\x80\x02\x8a\x0al\xfc\x9cF\xf9)/,
    ...{ dataCure: noRows, modelCure: pytorch },
  },
  {
    what: 'a Keras model',
    beginning: /^PK\x03\x04[^]{26}(?:config\.json|metadata\.json|model\.weights\.h5)/,
    ...{ dataCure: noRows, modelCure: keras },
  },
  {
    what: 'an Excel or OpenDocument workbook',
    beginning: /^PK\x03\x04[^]*(?:xl\/|\[Content_Types\]\.xml|mimetypeapplication\/vnd\.oasis)/,
    ...{ dataCure: 'save the sheet as CSV', modelCure: noModel },
  },
  {
    what: 'NumPy arrays (.npz)',
    beginning: /^PK\x03\x04[^]*\.npy/,
    ...{ format: 'npz', dataCure: 'give the file a name that ends in .npz' },
  },
  {
    what: 'an empty ZIP',
    beginning: /^PK\x05\x06/,
    ...{ dataCure: 'pack the file again', modelCure: 'pack the model again' },
  },
  {
    what: 'a ZIP of other files',
    beginning: /^PK\x03\x04/,
    ...{ dataCure: 'unpack it first', modelCure: unpacked },
  },
  {
    what: 'an old Excel workbook (.xls)',
    beginning: /^\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1/,
    ...{ dataCure: 'save the sheet as CSV', modelCure: noModel },
  },
  {
    what: 'a gzip file',
    beginning: /^\x1f\x8b/,
    ...{ format: 'gzip', dataCure: 'decompress it first', modelCure: unpacked },
  },
  {
    what: 'a compressed file (Zstandard, xz, bzip2, 7z or RAR)',
    beginning: /^(?:BZh\d1AY|\xfd7zXZ\0|\x28\xb5\x2f\xfd|7z\xbc\xaf|Rar!)/,
    ...{ dataCure: 'decompress it first', modelCure: unpacked },
  },
  {
    what: 'a tar archive',
    beginning: /^[^]{257}ustar/,
    ...{ dataCure: 'unpack it first', modelCure: unpacked },
  },
  {
    what: 'an SQLite database',
    beginning: /^SQLite format 3\0/,
    dataCure: 'export the table as CSV: sqlite3 -csv -header FILE "select * from TABLE"',
    modelCure: noModel,
  },
  {
    what: 'a Parquet file',
    beginning: /^PAR1[\0-\x1f]/,
    ...{ format: 'parquet', dataCure: 'give it a name that ends in .parquet', modelCure: noModel },
  },
  {
    what: 'an Arrow, Feather, Avro or ORC file',
    beginning: /^(?:ARROW1\0|FEA1\0|Obj\x01|ORC[\0-\x1f]|\xff{4}[^]{2}\0\0\x10\0\0\0)/,
    dataCure: 'save it as Parquet or CSV; in a program, pass an Arrow table to Dataset.fromArrow',
    modelCure: noModel,
  },
  {
    what: 'a NumPy array',
    beginning: /^\x93NUMPY/,
    ...{ format: 'npy', dataCure: 'give the file a name that ends in .npy' },
    modelCure: 'write all weights with np.savez',
  },
  {
    what: 'an HDF5 file, as pandas and Keras write',
    beginning: /^\x89HDF\r\n/,
    ...{ dataCure: 'save the table as CSV or Parquet', modelCure: keras },
  },
  {
    what: 'a Python pickle, as pandas, scikit-learn and joblib write',
    beginning: /^\x80[\x02-\x05][\x8a\x95}\]c(]/,
    ...{ dataCure: 'save it as CSV: df.to_csv(path, index=False)', modelCure: scikit },
  },
  { what: 'zlib data, as joblib writes', beginning: /^\x78[\x01\x5e\x9c\xda][^]/, modelCure: scikit },
  {
    what: 'a table of R, SPSS, Stata or SAS',
    beginning: /^(?:RDX[23]\n|\$FL[23]@|<stata_dta>|\0{12}\xc2\xea\x81\x60)/,
    ...{
      dataCure: 'save it as CSV; in R: write.csv(data, path, row.names = FALSE)',
      modelCure: noModel,
    },
  },
  {
    what: 'an ARFF file of Weka',
    beginning: /^\s*(?:%[^\n]*\n\s*)*@relation\s/i,
    ...{ dataCure: 'save it as CSV: its columns are named by @attribute', modelCure: noModel },
  },
  {
    what: 'a sparse file of LIBSVM',
    beginning: /^[-+]?\d+(?:\.\d+)?(?: \d+:[-+.\de]+){2,} ?\r?\n/,
    dataCure: 'write all columns as CSV: load_svmlight_file(path)[0].toarray() in scikit-learn',
    modelCure: noModel,
  },
  {
    what: 'a PDF document',
    beginning: /^%PDF-/,
    ...{ dataCure: 'save the table as CSV', modelCure: noModel },
  },
  {
    what: 'an image',
    beginning: /^(?:\x89PNG|\xff\xd8\xff|GIF8[79]a)/,
    ...{ dataCure: noRows, modelCure: noModel },
  },
  {
    what: 'a Git LFS pointer, not the file itself',
    beginning: /^version https:\/\/git-lfs\./,
    ...{ dataCure: 'fetch the file: git lfs pull', modelCure: 'fetch the file: git lfs pull' },
  },
  {
    what: 'an HTML page',
    beginning: /^(?:\xef\xbb\xbf)?\s*<(?:!doctype html|html|head|body|script)\b/i,
    dataCure: 'download the file itself, not the page that shows it',
    modelCure: 'check the address: download the file itself, not the page that shows it',
  },
  {
    what: 'XML',
    beginning: /^(?:\xef\xbb\xbf)?\s*<(?:\?xml|PMML)\b/,
    ...{ dataCure: 'save the table as CSV', modelCure: 'export the model to ONNX' },
  },
  {
    what: 'a GGUF file of a language model',
    beginning: /^(?:GGUF|ggml|lmgg|tjgg)[\0-\x1f]/,
    ...{ dataCure: noRows, modelCure: 'bp4 reads networks of dense layers' },
  },
  { what: 'a TensorFlow Lite model', beginning: /^[^]{4}TFL3/, modelCure: kerasToTFJS },
  {
    what: 'a frozen graph of TensorFlow',
    beginning: /^\x0a[^]{0,300}(?:Placeholder|Const|VarHandleOp)/,
    modelCure: kerasToTFJS,
  },
  {
    what: 'a SavedModel of TensorFlow',
    beginning: /^\x08\x01\x12[^]*(?:saved_model|serving_default|\x12\x05serve)/,
    modelCure: 'convert it with python -m tf2onnx.convert --saved-model',
  },
  {
    what: 'a model, not data',
    beginning: /^[^]{4}\0{4}\{"(?:__metadata__|[^"]*":\{"dtype)/,
    dataCure: noRows,
  },
];

/** The characters that decide it: TensorFlow writes the signature of a SavedModel within its first bytes. */
export const BEGINNING = 4096;

/** TextDecoder's 'latin1' is Windows-1252, which has other characters from 80 to 9F. */
export const toLatin1 = (bytes: Uint8Array): string => String.fromCharCode(...bytes.subarray(0, BEGINNING));

/** What a file holds that begins like this; undefined if nothing is known of it. */
export const findForeign = (beginning: string, cure: 'dataCure' | 'modelCure'): ForeignKind | undefined => {
  const kind = foreignKinds.find((each) => each.beginning.test(beginning));
  return kind?.[cure] === undefined ? undefined : kind;
};

/** What a file is, and how its content gets here. */
export interface ForeignFile {
  readonly what: string;
  readonly cure: string;
}

/** What a file is, if it isn't a model in a supported format; undefined if bp4 doesn't recognize it. */
export function recognizeForeign(bytes: Uint8Array): ForeignFile | undefined {
  if (bytes.length === 0) return { what: 'an empty file', cure: 'download or write it again' };
  const kind = findForeign(toLatin1(bytes), 'modelCure');
  return kind && { what: kind.what, cure: kind.modelCure! };
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
