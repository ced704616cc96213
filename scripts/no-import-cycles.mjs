import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import ts from 'typescript';

/**
 * An ESLint rule: no module imports, directly or through others, a module that imports it. Every relative import counts:
 * of values, of types alone, `import()` and `export … from`. `import-x/no-cycle` skips `import type`, and has no option to
 * change that.
 */
export const noImportCycles = {
  meta: {
    type: 'problem',
    docs: { description: 'Forbid circular imports, those of types included' },
    messages: { cycle: 'Circular import: {{path}}' },
    schema: [],
  },
  create(context) {
    const file = context.filename;
    const check = ({ source }) => {
      const imported = typeof source?.value === 'string' && resolveRelative(file, source.value);
      const path = imported && findPath(imported, file);
      if (!path) return;
      const names = [file, ...path].map((module) => relative(context.cwd, module));
      context.report({ node: source, messageId: 'cycle', data: { path: names.join(' → ') } });
    };
    return {
      ImportDeclaration: check,
      ExportNamedDeclaration: check,
      ExportAllDeclaration: check,
      ImportExpression: check,
      TSImportType: check,
    };
  },
};

/** The shortest path along imports from one module to another, both included; undefined if none exists. */
function findPath(from, to) {
  const cameFrom = new Map([[from, undefined]]);
  // a Map iterates in insertion order, including entries added meanwhile: breadth first
  for (const module of cameFrom.keys()) {
    if (module === to) {
      const path = [];
      for (let at = to; at !== undefined; at = cameFrom.get(at)) path.unshift(at);
      return path;
    }
    for (const next of listImports(module)) if (!cameFrom.has(next)) cameFrom.set(next, module);
  }
  return undefined;
}

/** Each module is read once per run of ESLint. An editor shows a new cycle after a restart of its server. */
const known = new Map();

/** The modules that a module imports by a relative path. */
function listImports(module) {
  if (!known.has(module)) {
    const { importedFiles } = ts.preProcessFile(readFileSync(module, 'utf8'), true, true);
    const paths = importedFiles.map(({ fileName }) => resolveRelative(module, fileName));
    known.set(
      module,
      paths.filter((path) => path !== undefined),
    );
  }
  return known.get(module);
}

/** The source that a relative path stands for: './x.js' for x.ts or x.tsx, in assembly/ './x' for x.ts. */
function resolveRelative(importer, specifier) {
  if (!specifier.startsWith('.')) return undefined;
  const path = resolve(dirname(importer), specifier);
  const stem = path.replace(/\.js$/, '');
  return [`${stem}.ts`, `${stem}.tsx`, join(path, 'index.ts'), path].find(
    (candidate) => /\.(?:tsx?|m?js)$/.test(candidate) && existsSync(candidate),
  );
}
