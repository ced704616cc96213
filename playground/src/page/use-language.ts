import { useEffect, useState } from 'preact/hooks';
import { currentLanguage, type Language, languages, onLanguage, say, setLanguage } from '../words/say.js';
import { recall, remember } from './storage.js';

const KEY = 'bp4-language';

/** Loads the language of the link, the one chosen on an earlier visit, or the first of the browser's that the page has. */
export async function loadLanguage(linked: Language | undefined): Promise<void> {
  const wanted = [linked, recall(KEY), ...navigator.languages].map((name) => name?.split('-')[0]);
  const known = wanted.flatMap((name) => languages.filter((language) => language === name));
  try {
    await setLanguage(known[0] ?? 'en');
  } catch {
    // it failed to load: the page stays in English, or in the language that it shows
  }
  document.documentElement.lang = currentLanguage();
  document.title = say('page.title');
}

/** Remembers a language for the next visit. */
export function rememberLanguage(language: Language): void {
  remember(KEY, language);
}

/** The page's language, which follows the link. */
export function useLanguage(linked: Language | undefined): Language {
  const [language, set] = useState(currentLanguage);
  useEffect(() => onLanguage(() => set(currentLanguage())), []);
  useEffect(() => void loadLanguage(linked), [linked]);
  return language;
}
