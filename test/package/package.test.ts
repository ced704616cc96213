import { execFile } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { slugify } from '../../docs/.vitepress/source-links.js';
import { amount } from '../support/thorough.js';

// The package as users get it: packed, installed into an empty project, and used there as README.md and docs/ describe.

const repository = fileURLToPath(new URL('../..', import.meta.url));
const project = mkdtempSync(join(tmpdir(), 'bp4-package-'));
const installed = join(project, 'node_modules', 'bp4');
const TIME_LIMIT = 55_000;

interface Packed {
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

interface Manifest {
  readonly scripts: Record<string, string>;
  readonly dependencies: Record<string, string>;
}

let packed: Packed;

/**
 * Runs a program in the project.
 * @returns all that it printed
 * @throws where it fails; the message has all that it printed, after `what`
 */
function run(what: string, program: string, args: readonly string[], cwd = project): Promise<string> {
  return new Promise((resolve, reject) => {
    const shell = program === 'npm' && process.platform === 'win32'; // npm.cmd runs only in a shell
    const options = { cwd, timeout: TIME_LIMIT, encoding: 'utf8', shell } as const;
    execFile(program, args, options, (error, stdout, stderr) => {
      if (error) reject(new Error(`${what}\n${error.message}\n${stdout}${stderr}`));
      else resolve(stdout);
    });
  });
}

beforeAll(async () => {
  const args = ['pack', '--ignore-scripts', '--json', '--pack-destination', project];
  [packed] = JSON.parse(await run('npm pack', 'npm', args, repository)) as [Packed];
  writeFileSync(join(project, 'package.json'), '{ "private": true, "type": "module" }');
  const tarball = join(project, packed.filename);
  await run('npm install', 'npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', tarball]);
});

afterAll(() => {
  rmSync(project, { recursive: true });
});

describe('the tarball', () => {
  const manifest = JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')) as Manifest;

  it('contains only dist/, README.md, LICENSE, package.json, and another of those for old resolvers', () => {
    const paths = packed.files.map(({ path }) => path);
    expect(paths.filter((path) => !path.startsWith('dist/')).sort()).toEqual([
      'LICENSE',
      'README.md',
      'brain/package.json',
      'package.json',
    ]);
    // `prepack` adds the page of `bp4 playground`, and this test packs with and without it
    const ofPage = /^dist\/playground\/(index\.html|assets\/[\w-]+\.(css|woff2))$/;
    const others = paths.filter((path) => path.startsWith('dist/') && !/\.(js|d\.ts)$/.test(path));
    expect(others.filter((path) => !ofPage.test(path))).toEqual(['dist/cjs/package.json', 'dist/core.wasm']);
    expect(paths).toContain('dist/index.js');
    expect(paths).toContain('dist/index.d.ts');
  });

  it('contains no reference to a source map', () => {
    const paths = readdirSync(join(installed, 'dist'), { recursive: true, encoding: 'utf8' });
    const sources = paths.filter((path) => /\.[jt]s$/.test(path));
    expect(sources).toContain('index.js');
    for (const path of sources) {
      expect(readFileSync(join(installed, 'dist', path), 'utf8')).not.toContain('sourceMappingURL');
    }
  });

  // npm 11 warns of packages with such scripts, also of `prepare` in a tarball, where it never runs. `dependencies` runs in
  // the root project alone.
  it('has no script that npm could run on installation', () => {
    const names = Object.keys(manifest.scripts);
    expect(names.filter((name) => /^(pre|post)?(install|prepare)$|^prepublish$/.test(name))).toEqual([]);
  });

  it('installs only the dependencies of the data readers and of the command line', () => {
    const names = 'cli-progress commander fflate fzstd leven papaparse string-width';
    const dependencies = names.split(' ');
    expect(Object.keys(manifest.dependencies)).toEqual(dependencies);
    const packages = readdirSync(join(project, 'node_modules')).filter((name) => !name.startsWith('.'));
    const ofWidths = [
      'ansi-regex',
      'emoji-regex',
      'get-east-asian-width',
      'is-fullwidth-code-point',
      'strip-ansi',
    ];
    expect(packages.sort()).toEqual(['bp4', ...dependencies, ...ofWidths].sort());
  });
});

/** A hook for Node that prints the URL of each module that is imported. */
const printer = `
  import { writeSync } from 'node:fs';
  export async function resolve(specifier, context, next) {
    const resolved = await next(specifier, context);
    writeSync(1, resolved.url + '\\n');
    return resolved;
  }`;

/** The files in dist/ of bp4 that a program loads, or whole URLs of others, in alphabetic order. */
async function listModules(code: string): Promise<string[]> {
  writeFileSync(join(project, 'printer.mjs'), printer);
  writeFileSync(
    join(project, 'register.mjs'),
    "import { register } from 'node:module'; register('./printer.mjs', import.meta.url);",
  );
  writeFileSync(join(project, 'imports.mjs'), code);
  const output = await run(code, process.execPath, ['--import', './register.mjs', 'imports.mjs']);
  const modules = output.trim().split('\n').slice(1); // the first is imports.mjs itself
  return [...new Set(modules)].map((url) => url.split('/node_modules/bp4/dist/').at(-1)!).sort();
}

it('importing bp4 loads three files, of its own, and neither the reference nor threads', async () => {
  const modules = await listModules("import 'bp4';");
  expect(modules).toEqual(['chunks/base.js', 'chunks/core.js', 'chunks/index.js']);
});

it('importing bp4/metrics loads no network', async () => {
  const modules = await listModules("import 'bp4/metrics';");
  const files = ['base.js', 'base/shared.js', 'metrics/index.js', 'metrics/shared.js'];
  expect(modules).toEqual(files.map((file) => `chunks/${file}`));
});

it('importing bp4/node or bp4/queue loads nothing of the command line', async () => {
  const modules = await listModules("import 'bp4/node'; import 'bp4/queue';");
  expect(modules).toContain('queue/index.js');
  expect(modules.filter((url) => /cli\/|commander/.test(url))).toEqual([]);
});

interface Snippet {
  readonly language: 'js' | 'cjs' | 'ts' | 'js page' | 'jsx' | 'svelte';
  readonly code: string;
  /** What it prints, if the text states it in a block of its own. */
  readonly output: string | undefined;
  readonly line: number;
}

/** A block of code, and the block fenced as text that follows it, if there is one. */
const block = /^```(js|cjs|ts|js page|jsx|svelte)\n(.*?)^```$(?:\n\n^```text\n(.*?)^```$)?/gms;

/** The blocks of code of a Markdown text; test/clients/ runs those fenced as `js client`. */
function findSnippets(markdown: string): Snippet[] {
  return Array.from(markdown.matchAll(block), ({ 1: language, 2: code, 3: output, index }) => ({
    language: language as Snippet['language'],
    code: code!,
    output,
    line: markdown.slice(0, index).split('\n').length,
  }));
}

/** The pages that are written by hand: typedoc wrote docs/reference/. */
const pages = readdirSync(join(repository, 'docs'), { recursive: true, encoding: 'utf8' })
  .map((name) => `docs/${name.replaceAll('\\', '/')}`)
  .filter((name) => name.endsWith('.md') && !/^docs\/(reference|node_modules|\.)/.test(name));
const documents = ['README.md', ...pages];
const snippets = documents.flatMap((name) =>
  findSnippets(readFileSync(join(repository, name), 'utf8')).map((snippet) => ({ name, ...snippet })),
);

describe('snippets of README.md and docs/', () => {
  const tsc = join(repository, 'node_modules', 'typescript', 'bin', 'tsc');
  const options = ['--strict', '--module', 'nodenext', '--target', 'es2022', '--pretty', 'false'];

  it('finds snippets in README.md, the home page and the guide, but not where there is no code', () => {
    const withoutSnippets = [
      'guide/command-line',
      'guide/determinism',
      'guide/glossary',
      'guide/teaching',
      'playground',
    ];
    expect(documents).toEqual(
      expect.arrayContaining(['README.md', 'docs/index.md', 'docs/playground.md', 'docs/guide/training.md']),
    );
    expect(new Set(snippets.map(({ name }) => name))).toEqual(
      new Set(documents.filter((name) => !withoutSnippets.some((page) => name === `docs/${page}.md`))),
    );
  });

  it('runs every block of JavaScript and TypeScript', () => {
    const fences = documents.flatMap((name) => {
      const text = readFileSync(join(repository, name), 'utf8');
      return Array.from(
        text.matchAll(
          /^[ \t>]*```\s*((?:js|cjs|ts|mjs|mts|jsx|tsx|svelte|vue|javascript|typescript)\b.*)$/gm,
        ),
        ([, info]) => info,
      );
    });
    const clients = fences.filter((info) => info === 'js client'); // test/clients runs these
    expect(clients).toHaveLength(6);
    expect(fences.filter((info) => info !== 'js client')).toEqual(snippets.map(({ language }) => language));
    expect(snippets.length).toBeGreaterThanOrEqual(40);
  });

  beforeAll(async () => {
    // the files that the commands of docs/guide/from-csv.md write, which its snippets load
    const bin = join(installed, 'dist', 'cli', 'index.js');
    copyFileSync(join(repository, 'examples', 'iris.csv'), join(project, 'iris.csv'));
    await run('bp4 train', process.execPath, [bin, 'train', 'iris.csv']);
    await run('bp4 export', process.execPath, [bin, 'export', 'iris.bp4', 'iris.mjs']);
  });

  const isForNode = ({ language }: Snippet): boolean => ['js', 'cjs', 'ts'].includes(language);

  /** The pages that people open first; the long matrix runs all of them. */
  const runPages = amount(
    ['README.md', 'docs/index.md', 'docs/guide/getting-started.md', 'docs/guide/from-csv.md'],
    documents,
  );

  it.each(snippets.filter((snippet) => isForNode(snippet) && runPages.includes(snippet.name)))(
    'runs the $language snippet of $name, line $line',
    async ({ name, language, code, output, line }) => {
      const what = `${name}, line ${line}:\n${code}`;
      const extension = language === 'cjs' ? language : `m${language}`;
      const file = `${name.replace(/\W/g, '-')}-line-${line}.${extension}`;
      writeFileSync(join(project, file), code);
      if (language === 'ts') await run(what, process.execPath, [tsc, ...options, file]);
      const printed = await run(what, process.execPath, [file.replace('.mts', '.mjs')]);
      if (output !== undefined) expect(printed, what).toBe(output);
    },
  );

  it.runIf(amount(false, true))('checks the types of the snippets for pages and frameworks', async () => {
    // Of frameworks everything counts as `any`: what is checked is how bp4 is used.
    const frameworks = [
      "declare module 'react';",
      "declare module 'svelte';",
      'declare const chrome: any, $state: any;',
    ];
    writeFileSync(join(project, 'frameworks.d.ts'), frameworks.join('\n'));
    const others = snippets.filter((snippet) => !isForNode(snippet));
    const files = others.map(({ name, language, code, line }) => {
      const file = `${name.replace(/\W/g, '-')}-line-${line}.jsx`;
      const script = language === 'svelte' ? /<script>(.*)<\/script>/s.exec(code)![1]! : code;
      writeFileSync(join(project, file), script);
      return file;
    });
    const flags = [
      ...['--noEmit', '--allowJs', '--checkJs', '--strict', 'false', '--jsx', 'preserve'],
      ...['--module', 'nodenext', '--target', 'es2022', '--pretty', 'false'],
    ];
    expect(files).not.toEqual([]);
    await run('snippets for pages and frameworks', process.execPath, [
      tsc,
      ...flags,
      'frameworks.d.ts',
      ...files,
    ]);
  });
});

it('every link to a section leads to a heading', () => {
  const anchors = new Map(
    [...documents, 'CONTRIBUTING.md', 'SECURITY.md'].map((name) => {
      const text = readFileSync(join(repository, name), 'utf8').replace(/^```.*?^```/gms, '');
      return [
        join(repository, name),
        { text, slugs: Array.from(text.matchAll(/^#+ (.+)$/gm), ([, heading]) => slugify(heading!)) },
      ];
    }),
  );
  const dead = Array.from(anchors).flatMap(([file, { text, slugs }]) =>
    Array.from(text.matchAll(/\]\(([^):]*)#([^)]+)\)/g))
      .filter(([, path, slug]) => {
        const target = path === '' ? slugs : anchors.get(join(dirname(file), path!))?.slugs;
        return target !== undefined && !target.includes(slug!);
      })
      .map(([link]) => `${file}: ${link}`),
  );
  expect(dead).toEqual([]);
});

it('CONTRIBUTING maps the lines of network.py to functions that exist', () => {
  const text = readFileSync(join(repository, 'CONTRIBUTING.md'), 'utf8');
  const functions = Array.from(text.matchAll(/# (\w+), in (\S+\.ts)/g), ([, name, file]) => ({ name, file }));
  expect(functions.length).toBeGreaterThanOrEqual(2);
  for (const { name, file } of functions) {
    const source = readFileSync(join(repository, 'src/training', file!), 'utf8');
    expect(source, file).toMatch(new RegExp(`function\\*? ${name}\\(`));
  }
});
