import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { SiteConfig } from 'vitepress';
import { base, description } from './project.js';
import { groups, readHeading, listEntries } from './sidebar.js';
import { linkSourcesInText } from './source-links.js';

/** Writes what language models read: each page as Markdown, `llms.txt` with a list of them, `llms-full.txt` with their text. */
export function writeForLanguageModels({ srcDir, outDir, pages }: SiteConfig): void {
  const texts = new Map(pages.map((page) => [page, readPage(join(srcDir, page))]));
  for (const [page, text] of texts) {
    const file = join(outDir, page);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  const written = groups.flatMap((group) => group.pages).map((page) => texts.get(`${page}.md`)!);
  const lists = [
    ...groups.map(({ text, pages }) =>
      formatList(
        text,
        pages.map((page) => [readHeading(page), `${page}.md`]),
      ),
    ),
    formatList(
      'Reference',
      listEntries().map(({ text, link }) => [text, `${link.slice(1)}index.md`]),
    ),
  ];
  writeFileSync(join(outDir, 'llms.txt'), [`# bp4\n\n> ${description}\n`, ...lists].join('\n'));
  writeFileSync(join(outDir, 'llms-full.txt'), [texts.get('index.md')!, ...written].join('\n'));
}

/** @returns a page without its front matter */
function readPage(file: string): string {
  const text = readFileSync(file, 'utf8').replace(/^---\n.*?\n---\n+/s, '');
  return linkSourcesInText(text, file);
}

function formatList(heading: string, links: readonly (readonly [text: string, path: string])[]): string {
  return `## ${heading}\n\n${links.map(([text, path]) => `- [${text}](${base}${path})\n`).join('')}`;
}
