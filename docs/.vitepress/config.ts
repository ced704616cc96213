import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitepress';
import { writeForLanguageModels } from './llms.js';
import { base, description, repository } from './project.js';
import { makeSidebars } from './sidebar.js';
import { linkSources, slugify } from './source-links.js';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** npm run docs, docs:build: the site. */
export default defineConfig({
  title: 'bp4',
  description,
  lang: 'en-US',
  base,
  outDir: at('../../build/docs'),
  cacheDir: at('../../build/vitepress'),
  head: [['link', { rel: 'icon', type: 'image/svg+xml', href: `${base}logo.svg` }]],
  markdown: {
    math: true,
    config: linkSources,
    anchor: { slugify },
    theme: { light: 'github-light-high-contrast', dark: 'github-dark-default' },
  },
  vite: {
    build: { chunkSizeWarningLimit: 1000 }, // the index of the search loads when it opens
  },
  buildEnd: writeForLanguageModels,
  themeConfig: {
    logo: '/logo.svg',
    nav: [
      { text: 'Guide', link: '/guide/getting-started', activeMatch: '^/guide/' },
      { text: 'Reference', link: '/reference/', activeMatch: '^/reference/' },
      { text: 'Playground', link: '/playground' },
    ],
    sidebar: makeSidebars(),
    outline: [2, 3],
    search: {
      provider: 'local',
      options: {
        miniSearch: {
          // pages of the guide before those of the reference
          searchOptions: { boostDocument: (id: string) => (id.includes('/reference/') ? 0.2 : 1) },
        },
      },
    },
    socialLinks: [{ icon: 'github', link: repository }],
    footer: { message: 'MIT license' },
  },
});
