import type { Fields, Given, Message } from './protobuf.js';

// The messages of ONNX that networks of layers need, with field numbers from
// https://github.com/onnx/onnx/blob/main/onnx/onnx.proto. Other fields are skipped.

/** TensorProto.DataType */
export const FLOAT = 1;
export const UINT8 = 2;
export const INT8 = 3;
export const INT32 = 6;
export const INT64 = 7;
export const BOOL = 9;
export const FLOAT16 = 10;
export const DOUBLE = 11;
export const BFLOAT16 = 16;

/** TensorProto.DataLocation: the numbers are in another file. */
export const EXTERNAL = 1;

const stringEntry = { key: [1, 'string'], value: [2, 'string'] } as const satisfies Fields;

const tensor = {
  dims: [1, 'int', 'many'],
  dataType: [2, 'int'],
  floatData: [4, 'float', 'many'],
  int32Data: [5, 'int', 'many'],
  int64Data: [7, 'int', 'many'],
  name: [8, 'string'],
  rawData: [9, 'bytes'],
  doubleData: [10, 'double', 'many'],
  externalData: [13, stringEntry, 'many'],
  dataLocation: [14, 'int'],
} as const satisfies Fields;

const attribute = {
  name: [1, 'string'],
  f: [2, 'float'],
  i: [3, 'int'],
  s: [4, 'bytes'],
  t: [5, tensor],
  floats: [7, 'float', 'many'],
  ints: [8, 'int', 'many'],
  type: [20, 'int'],
} as const satisfies Fields;

/** AttributeProto.AttributeType: the field that holds the value of an attribute. */
export const attributeTypes = { f: 1, i: 2, s: 3, t: 4, floats: 6, ints: 7 } as const;

const node = {
  input: [1, 'string', 'many'],
  output: [2, 'string', 'many'],
  name: [3, 'string'],
  opType: [4, 'string'],
  attribute: [5, attribute, 'many'],
  domain: [7, 'string'],
} as const satisfies Fields;

const dimension = { size: [1, 'int'], name: [2, 'string'] } as const satisfies Fields;
const tensorType = {
  elementType: [1, 'int'],
  shape: [2, { dim: [1, dimension, 'many'] }],
} as const satisfies Fields;
const valueInfo = {
  name: [1, 'string'],
  type: [2, { tensor: [1, tensorType] }],
} as const satisfies Fields;

const graph = {
  node: [1, node, 'many'],
  name: [2, 'string'],
  initializer: [5, tensor, 'many'],
  input: [11, valueInfo, 'many'],
  output: [12, valueInfo, 'many'],
} as const satisfies Fields;

export const model = {
  irVersion: [1, 'int'],
  producerName: [2, 'string'],
  docString: [6, 'string'],
  graph: [7, graph],
  opsetImport: [8, { domain: [1, 'string'], version: [2, 'int'] }, 'many'],
  metadataProps: [14, stringEntry, 'many'],
} as const satisfies Fields;

export type Tensor = Message<typeof tensor>;
export type Attribute = Message<typeof attribute>;
export type Node = Message<typeof node>;
export type Graph = Message<typeof graph>;
export type Model = Message<typeof model>;

export type GivenTensor = Given<typeof tensor>;
export type GivenNode = Given<typeof node>;
export type GivenGraph = Given<typeof graph>;
export type GivenModel = Given<typeof model>;
