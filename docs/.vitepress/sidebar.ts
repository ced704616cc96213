import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DefaultTheme } from 'vitepress';

const docs = fileURLToPath(new URL('..', import.meta.url));

interface Group {
  readonly text: string;
  readonly pages: readonly string[];
}

/** Every page that is written by hand, in the order of the sidebar. A page is named by its path; its heading is its text. */
export const groups: readonly Group[] = [
  { text: 'Start', pages: ['guide/getting-started', 'guide/from-csv', 'guide/command-line', 'playground'] },
  {
    text: 'Train',
    pages: [
      'guide/training',
      'guide/layers-and-losses',
      'guide/learning-rate',
      'guide/regularization',
      'guide/validation',
      'guide/callbacks',
      'guide/choosing-a-model',
      'guide/data',
      'guide/metrics-and-search',
      'guide/which-inputs-matter',
      'guide/search',
      'guide/diagnosis',
      'guide/save-and-resume',
      'guide/workers-and-threads',
      'guide/many-machines',
    ],
  },
  {
    text: 'Recipes',
    pages: [
      'recipes/regression',
      'recipes/imbalanced-classes',
      'recipes/anomaly-detection',
      'recipes/embeddings',
      'recipes/online-learning',
      'recipes/reinforcement-learning',
      'recipes/pages-and-apps',
    ],
  },
  { text: 'Move', pages: ['guide/models', 'guide/brain', 'guide/from-tensorflow'] },
  {
    text: 'Understand',
    pages: [
      'guide/mathematics',
      'guide/teaching',
      'guide/how-it-is-built',
      'guide/determinism',
      'guide/performance',
      'guide/faq',
      'guide/glossary',
    ],
  },
];

/** One sidebar for the pages written by hand, and one for the reference, which typedoc wrote. */
export function makeSidebars(): DefaultTheme.SidebarMulti {
  checkPages();
  const guide = groups.map(({ text, pages }) => ({
    text,
    items: pages.map((page) => ({ text: readHeading(page), link: `/${page}` })),
  }));
  return {
    '/': [...guide, { text: 'Reference', items: [{ text: 'All entries', link: '/reference/' }] }],
    '/reference/': [{ text: 'Reference', link: '/reference/', items: listEntries() }],
  };
}

/** @throws where a page isn't listed, or a listed page doesn't exist */
function checkPages(): void {
  const listed = groups.flatMap(({ pages }) => pages).map((page) => `${page}.md`);
  const absent = listed.filter((file) => !existsSync(join(docs, file)));
  const unlisted = ['guide', 'recipes']
    .flatMap((folder) => readdirSync(join(docs, folder)).map((name) => `${folder}/${name}`))
    .filter((file) => !listed.includes(file));
  if (absent.length > 0)
    throw new Error(`docs/.vitepress/sidebar.ts lists pages that don't exist: ${absent.join(', ')}`);
  if (unlisted.length > 0) throw new Error(`docs/.vitepress/sidebar.ts doesn't list ${unlisted.join(', ')}`);
}

/** @param page its path in docs/, without `.md` */
export function readHeading(page: string): string {
  const [, heading] = /^# (.+)$/m.exec(readFileSync(join(docs, `${page}.md`), 'utf8')) ?? [];
  if (heading === undefined) throw new Error(`docs/${page}.md has no heading`);
  return heading;
}

interface Entry extends DefaultTheme.SidebarItem {
  text: string;
  link: string;
}

/**
 * The entries of the package, from bp4 on. typedoc puts the others inside of bp4. Only entries fold: where a group without a
 * page does, VitePress nests a button in another.
 */
export function listEntries(): Entry[] {
  const file = join(docs, 'reference', 'typedoc-sidebar.json');
  const [core] = JSON.parse(readFileSync(file, 'utf8')) as [Entry];
  const others = core.items!.filter(isEntry).map((entry) => ({ ...entry, text: `bp4/${entry.text}` }));
  return [core, ...others].map(({ items: kinds = [], ...entry }) => ({
    ...entry,
    items: kinds.filter((kind) => !isEntry(kind)).map(({ text = '', items = [] }) => ({ text, items })),
  }));
}

function isEntry(item: DefaultTheme.SidebarItem): item is Entry {
  return item.link?.endsWith('/') === true;
}
