import js from '@eslint/js';
import { importX } from 'eslint-plugin-import-x';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';
import { floors } from './scripts/floors.mjs';
import { noImportCycles } from './scripts/no-import-cycles.mjs';

const floorZones = floors.slice(0, -1).map((floor, i) => ({
  target: `./${floor}`,
  from: floors.slice(i + 1).map((path) => `./${path}`),
  message: `Imports run downward only: ${floor} is beneath this file.`,
}));

/** From where else the modules of a folder may import, by paths. */
const folders = {
  // the numbers that both sides of the kernels share
  assembly: ['src/kernels/codes.ts', 'src/memory/blocks.ts'],
  src: [],
  scripts: [],
  examples: ['dist', 'scripts'],
  'docs/.vitepress': [],
  // the servers and workers of test:queue serve the bench of searches too
  bench: ['src', 'dist', 'examples', 'test/support', 'test/matrix/queue'],
  // as users do: only the package
  'playground/src': ['dist', 'examples'],
  playground: ['dist', 'examples', 'scripts'],
  // the operations that parity, truth and speed share lie in bench/
  test: ['src', 'dist', 'docs/.vitepress', 'examples', 'scripts', 'bench', 'playground'],
  // what runs in other places runs as it is published
  'test/matrix/page': ['test/matrix', 'dist'],
  'test/matrix/background': ['test/matrix', 'dist'],
  'test/matrix/packages': ['test/matrix', 'dist', 'scripts'],
};

const folderZones = Object.entries(folders).map(([folder, others]) => ({
  target: `./${folder}`,
  from: '.',
  except: [folder, ...others, 'node_modules'].map((path) => `./${path}`),
  message: `${folder}/ imports only from ${[`${folder}/`, ...others].join(', ')}.`,
}));

/** Math functions whose last bits the specification leaves to the engine, and Math.random, which has no seed. */
const unspecifiedMath = [
  ...['exp', 'expm1', 'log', 'log1p', 'log2', 'log10', 'pow', 'cbrt', 'hypot', 'random'],
  ...['sin', 'cos', 'tan', 'asin', 'acos', 'atan', 'atan2'],
  ...['sinh', 'cosh', 'tanh', 'asinh', 'acosh', 'atanh'],
];
const enginesDisagree =
  'Engines disagree in the last bits: use src/base/log.ts or src/kernels/reference/numerics.ts.';

const noPowers = {
  // 2 ** 32 and its like are exact
  selector:
    'BinaryExpression[operator="**"]:not([left.raw="2"][right.raw=/^[0-9]+$/]), AssignmentExpression[operator="**="]',
  message: enginesDisagree,
};

/** Errors carry what is wrong as fields, so that nobody reads a message or a place back or writes into it. */
const errorsAsData = [
  {
    selector: 'NewExpression[callee.name=/^(Error|TypeError|RangeError)$/]',
    message: 'Throw a TypeFault, a RangeFault or a FaultError, which have place, problem and cure as fields.',
  },
  {
    selector: [
      'CallExpression[callee.property.name=/^(test|exec)$/] > MemberExpression.arguments[property.name=/^(message|place|problem|cure)$/]',
      'CallExpression[callee.property.name=/^(match|matchAll|replace|replaceAll|search|startsWith|endsWith|includes|split|slice)$/][callee.object.property.name=/^(message|place|problem|cure)$/]',
      'AssignmentExpression[left.property.name="message"]',
    ].join(', '),
    message:
      'Decide by the class and the option of a fault (src/errors.ts): its words and its place are for people.',
  },
];

/** Other globals of pages and their workers. */
const pageGlobals = [
  ...['Worker', 'addEventListener', 'cancelAnimationFrame', 'document', 'location', 'navigator', 'parent'],
  ...['NodeFilter', 'OffscreenCanvas', 'createImageBitmap', 'getComputedStyle', 'postMessage'],
  'requestAnimationFrame',
];

export default defineConfig(
  globalIgnores([
    'assembly/micro/tiles.ts',
    'build/',
    'coverage/',
    'dist/',
    'docs/public/playground/',
    'docs/reference/',
    'src/memory/structs.ts',
    'src/memory/team.ts',
    'src/kernels/wasm-module.ts',
    'src/kernels/wasm-threads-module.ts',
    'src/brain/wasm-module.ts',
    'src/training/wasm-tiny-module.ts',
    'src/formats/code/parts.ts',
  ]),
  {
    files: ['**/*.{ts,tsx,js,mjs}'],
    plugins: { 'import-x': importX, bp4: { rules: { 'no-import-cycles': noImportCycles } } },
    settings: importX.flatConfigs.typescript.settings,
    rules: {
      'import-x/no-restricted-paths': ['error', { zones: [...floorZones, ...folderZones] }],
      'bp4/no-import-cycles': 'error',
    },
  },
  // AssemblyScript: its compiler checks all but the imports
  { files: ['assembly/**'], languageOptions: { parser: tseslint.parser } },
  { ignores: ['assembly/**'], ...js.configs.recommended },
  {
    files: ['**/*.{ts,tsx}'],
    ignores: ['assembly/**'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // noUncheckedIndexedAccess asks for `!` wherever a hot loop reads a typed array
      '@typescript-eslint/no-non-null-assertion': 'off',
      // constants are quoted from their sources with all their digits
      'no-loss-of-precision': 'off',
      // `this: void` is how unbound-method wants a function in an interface to be declared
      '@typescript-eslint/no-invalid-void-type': ['error', { allowAsThisParameter: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
    },
  },
  {
    files: ['src/**/*.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        ...unspecifiedMath.map((property) => ({
          object: 'Math',
          property,
          message:
            property === 'random' ? 'All randomness comes from the seeded generator.' : enginesDisagree,
        })),
      ],
      'no-restricted-syntax': ['error', noPowers],
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/errors.ts', 'src/formats/code/module.ts'], // they derive messages, and write modules without imports
    rules: { 'no-restricted-syntax': ['error', noPowers, ...errorsAsData] },
  },
  {
    files: ['**/*.{js,mjs}'],
    languageOptions: {
      globals: Object.fromEntries(Object.getOwnPropertyNames(globalThis).map((name) => [name, 'readonly'])),
    },
  },
  {
    files: ['test/matrix/{page,background}/*.{js,mjs}', 'test/matrix/packages/*/*.mjs'],
    languageOptions: { globals: Object.fromEntries(pageGlobals.map((name) => [name, 'readonly'])) },
  },
);
