import { recall, remember } from './storage.js';

export type Theme = 'system' | 'light' | 'dark';

export const themes: readonly Theme[] = ['system', 'light', 'dark'];

const KEY = 'bp4-theme';

export function storedTheme(): Theme {
  const stored = recall(KEY);
  return themes.find((theme) => theme === stored) ?? 'system';
}

/** Shows the page in a theme and remembers it for the next visit. */
export function applyTheme(theme: Theme): void {
  const root = document.documentElement;
  if (theme === 'system') delete root.dataset['theme'];
  else root.dataset['theme'] = theme;
  remember(KEY, theme);
}
