import { existsSync, statSync } from 'node:fs';
import { dirname, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { MarkdownEnv, MarkdownRenderer } from 'vitepress';
import { repository } from './project.js';

// Pages link to files of the repository by relative paths, as GitHub follows them. On the site these links lead to the
// repository.

const root = fileURLToPath(new URL('../..', import.meta.url));

/** For `markdown.config` of VitePress. */
export function linkSources(md: MarkdownRenderer): void {
  const renderLink = md.renderer.rules.link_open!;
  md.renderer.rules.link_open = (tokens, index, options, env: MarkdownEnv, self) => {
    const token = tokens[index]!;
    token.attrSet('href', siteUrl(token.attrGet('href') ?? '', env.path));
    return renderLink(tokens, index, options, env, self);
  };
}

/** The anchor of a heading, as GitHub computes it: a link to a section works there and on the site. */
export const slugify = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replace(/\s/g, '-');

/** @param page the file that holds the text */
export function linkSourcesInText(markdown: string, page: string): string {
  return markdown.replace(/(?<=\]\()[^)\s]+(?=\))/g, (href) => siteUrl(href, page));
}

/**
 * @param page the file that holds the link
 * @returns the address of a file of the repository; links to pages and to other sites stay as they are
 * @throws where the file doesn't exist
 */
function siteUrl(href: string, page: string): string {
  if (/^([a-z]+:|[/#])/.test(href)) return href;
  const target = resolve(dirname(page), href.replace(/#.*/, ''));
  const path = relative(root, target).replaceAll(sep, '/');
  const isFolder = existsSync(target) && statSync(target).isDirectory();
  if (path.startsWith('docs/') && !isFolder) return href; // VitePress checks these
  if (!existsSync(target)) throw new Error(`${page} links to ${href}, which doesn't exist`);
  return `${repository}/${isFolder ? 'tree' : 'blob'}/main/${path}`;
}
