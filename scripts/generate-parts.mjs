// Writes src/formats/code/parts.ts: the functions of the reference engine and of transforms as text, which bp4/code assembles
// into a module. They come from their sources, so that no second copy must be kept equal.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import ts from 'typescript';

const target = 'src/formats/code/parts.ts';

/** The sources, in the order of their parts in a module. */
const sources = [
  'src/errors.ts',
  'src/base/check.ts',
  'src/base/log.ts',
  'src/base/exp.ts',
  'src/model/columns.ts',
  'src/model/formulas.ts',
  'src/kernels/reference/numerics.ts',
  'src/kernels/reference/micro/activations.ts',
].map(parsed);
const [, , log, exp, , formulas, numerics, activations] = sources;

/** The parts that a module may request, in addition to the activations. */
const entries = [
  ...['round', 'fits', 'misfit', 'show', 'Columns'],
  ...['Robust', 'LogScale', 'Quantiles', 'PiecewiseLinear', 'Hashed', 'BagOfWords'],
];

/** Parses the source without its types. */
function parsed(path) {
  const options = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ES2022, removeComments: false };
  const { outputText } = ts.transpileModule(readFileSync(path, 'utf8'), { compilerOptions: options });
  return ts.createSourceFile(path, outputText, options.target, true);
}

/** The names of the numerics as parts of a precision: `round` for fround, `exp` for exp32, and so on. */
const newNames = new Map();
const single = findDeclaration(numerics, 'single').initializer;
for (const { name, initializer } of single.properties) {
  if (ts.isIdentifier(initializer) && initializer.text !== 'Float32Array')
    newNames.set(initializer.text, name.text);
}

/** Functions in double precision, which have a namesake in single precision. */
const doubles = new Map(
  ['exp', 'log', 'log1p', 'polynomial', 'EXP_COEFFICIENTS'].map((name) => [name, `${name}_double`]),
);
const newNamesIn = (source) => ([log, exp, formulas].includes(source) ? doubles : newNames);

/** All parts by name: { text, needs }. */
const parts = new Map();
for (const source of sources) {
  if (source !== activations) takeStatements(source, source.statements);
}
const names = ['commonActivationsIn', 'activationsIn'].flatMap((name) => {
  const body = activations.statements.find((node) => node.name?.text === name).body.statements;
  takeStatements(activations, body.slice(0, -1));
  return body.at(-1).expression.properties.filter(ts.isPropertyAssignment).map(takeActivation);
});

function findDeclaration(source, name) {
  const declarations = source.statements
    .filter(ts.isVariableStatement)
    .flatMap((statement) => statement.declarationList.declarations);
  return declarations.find((declaration) => declaration.name.text === name);
}

function takeStatements(source, statements) {
  for (const node of statements) {
    if (ts.isFunctionDeclaration(node) || ts.isClassDeclaration(node)) {
      take(source, node.name.text, node, findComment(source, node) + renameIn(source, node));
    } else if (ts.isVariableStatement(node)) {
      const [{ name, initializer }] = node.declarationList.declarations;
      if (ts.isIdentifier(name))
        take(source, name.text, node, findComment(source, node) + renameIn(source, node));
      else {
        // const { fround, min } = Math
        for (const { text } of name.elements.map((element) => element.name))
          take(
            source,
            text,
            undefined,
            `const ${newName(source, text)} = ${renameIn(source, initializer)}.${text};`,
          );
      }
    }
  }
}

/** Takes [SIGMOID]: { value: … } or { row(…) { … } }, without its slope, which only training uses. */
function takeActivation(property) {
  const name = property.name.expression.text
    .toLowerCase()
    .replace(/_(.)/g, (_, letter) => letter.toUpperCase());
  const [member] = property.initializer.properties;
  const comment = findComment(activations, property);
  if (ts.isMethodDeclaration(member)) {
    const text = renameIn(activations, member).replace(member.name.text, name);
    take(activations, name, member, `${comment}function ${text}`);
  } else if (member.initializer.text !== name) {
    take(
      activations,
      name,
      member,
      `${comment}const ${name} = ${renameIn(activations, member.initializer)};`,
    );
  }
  return name;
}

function take(source, oldName, node, text) {
  const name = newName(source, oldName);
  if (parts.has(name)) throw new Error(`${source.fileName}: a second ${name}`);
  parts.set(name, { text: text.replace(/^export /m, ''), mentions: node ? identifiersIn(source, node) : [] });
}

function newName(source, name) {
  return newNamesIn(source).get(name) ?? name;
}

/** The text of a node with the new names. */
function renameIn(source, node) {
  let text = '';
  let at = node.getStart(source);
  visit(node, (one) => {
    const name = newName(source, one.text);
    if (name === one.text) return;
    text += source.text.slice(at, one.getStart(source)) + name;
    at = one.end;
  });
  return text + source.text.slice(at, node.end);
}

/** The comment before a node. Of several, as at the beginning of a file, the last. */
function findComment(source, node) {
  const last = ts.getLeadingCommentRanges(source.text, node.pos)?.at(-1);
  return last ? `${source.text.slice(last.pos, last.end)}\n` : '';
}

/** The names that a node uses but doesn't declare. */
function identifiersIn(source, node) {
  const found = new Set();
  const own = new Set();
  visit(node, (one) => {
    const isDeclared = one.parent.name === one && one.parent !== node;
    (isDeclared ? own : found).add(newName(source, one.text));
  });
  return [...found].filter((name) => !own.has(name));
}

/** Every identifier except names of properties. */
function visit(node, found) {
  if (ts.isIdentifier(node)) {
    if (!(ts.isPropertyAccessExpression(node.parent) && node.parent.name === node)) found(node);
  }
  ts.forEachChild(node, (child) => visit(child, found));
}

/** The requested parts and those that they need, in source order. */
const needed = new Set();
function need(name) {
  const { mentions } = parts.get(name) ?? fail(`no function ${name}`);
  if (needed.has(name)) return;
  needed.add(name);
  for (const mentioned of mentions) if (parts.has(mentioned)) need(mentioned);
}
function fail(message) {
  throw new Error(`scripts/generate-parts.mjs: ${message}`);
}
for (const name of [...entries, ...names]) need(name);

const style = await resolveConfig(target);
let table = '';
for (const [name, { text, mentions }] of parts) {
  if (!needed.has(name)) continue;
  const needs = mentions.filter((one) => one !== name && parts.has(one));
  const pretty = await format(text, { ...style, parser: 'babel' });
  table += `  ['${name}', ${JSON.stringify({ text: pretty, needs })}],\n`;
}

const output = `// Generated from src/errors.ts, src/base, src/model and src/kernels/reference by \`npm run build\`. Do not edit.
/** A function, class or constant as JavaScript, and the names of those that it uses. */
export interface Part {
  readonly text: string;
  readonly needs: readonly string[];
}

/** By name, in an order that a module can keep. */
export const parts: ReadonlyMap<string, Part> = new Map([
${table}]);
`;
// unchanged files stay untouched, so that watchers stay quiet
if (!existsSync(target) || readFileSync(target, 'utf8') !== output) writeFileSync(target, output);
