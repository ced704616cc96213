import type { ComponentChildren } from 'preact';
import type { Failure } from '../run/failure.js';
import { en } from './en.js';
import type { Dictionary, Key, Texts, Translation } from './keys.js';

// The page's language. `say` returns a text in it; `sayWith` is its twin for texts that contain elements.

export type Language = 'en' | 'zh';

/** Each language, with its name in itself. */
export const languageNames: Readonly<Record<Language, string>> = { en: 'English', zh: '中文' };
export const languages = Object.keys(languageNames) as Language[];

/** The names of a text's values: 'n' and 'layer' for 'unit {n} of {layer}'. */
type Names<Text> = Text extends `${string}{${infer Inside}}${infer Rest}`
  ? (Inside extends `${infer Name}:${string}` ? Name : Inside) | Names<Rest>
  : never;

type Values<K extends Key, Value> = [Names<Texts[K]>] extends [never]
  ? []
  : [values: Readonly<Record<Names<Texts[K]>, Value>>];

let language: Language = 'en';
/** Texts of parts that load later are added with them. */
let english = en as Dictionary;
let dictionary = english;
let library: readonly Translation[] = [];
const listeners = new Set<() => void>();

export function currentLanguage(): Language {
  return language;
}

let wanted: Language = language;

/** Loads a language and shows the page in it, unless another one was chosen meanwhile. */
export async function setLanguage(next: Language): Promise<void> {
  wanted = next;
  const loaded = next === 'en' ? { texts: english, library: [] } : await loadChinese();
  if (wanted !== next) return;
  language = next;
  dictionary = loaded.texts;
  library = loaded.library;
  for (const listener of listeners) listener();
}

async function loadChinese(): Promise<{ texts: Dictionary; library: readonly Translation[] }> {
  const [{ zh }, { library }] = await Promise.all([import('./zh.js'), import('./zh-library.js')]);
  return { texts: zh, library };
}

export function addEnglish(texts: Partial<Dictionary>): void {
  english = { ...english, ...texts };
  if (language === 'en') dictionary = english;
}

/** @returns a function that unsubscribes the listener */
export function onLanguage(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The text of a key in the page's language, with its values. */
export function say<K extends Key>(key: K, ...[values]: Values<K, string | number>): string {
  return fill(dictionary[key], values ?? {}).join('');
}

/** `say` of a key that is known only when the page runs. */
export function sayAny(key: Key, values: Readonly<Record<string, string | number>>): string {
  return fill(dictionary[key], values).join('');
}

/** Like `say`, but the values can be elements. */
export function sayWith<K extends Key>(
  key: K,
  ...[values]: Values<K, ComponentChildren>
): ComponentChildren[] {
  return fill(dictionary[key], values ?? {});
}

/** What went wrong, in the page's language. */
export function sayFailure({ key, values = {}, message }: Failure): string {
  if (key === undefined) return message;
  return (key === 'failure.library' && translate(message)) || sayAny(key, values);
}

/** What the library says, in the page's language. @returns undefined if a part has no translation */
function translate(message: string): string | undefined {
  const text = library.reduce((said, [pattern, words]) => said.replace(pattern, words), message);
  const isWhole = !/[a-z]{2,} [a-z]/i.test(text.replace(/'[^']*'/g, '')); // names of columns stay as they are
  return isWhole ? text : undefined;
}

/** Each of them that happened, in the page's language. */
export function sayFailures(...failures: readonly (Failure | undefined)[]): string[] {
  return failures.filter((failure) => failure !== undefined).map(sayFailure);
}

/** Replaces '{n}' by the value n, and '{n:unit|units}' by the first word if n is 1, otherwise by the second. */
function fill<Value>(text: string, values: Readonly<Record<string, Value>>): (Value | string)[] {
  return split(text).map((part) => {
    if (!part.startsWith('{')) return part;
    const [name, one, other] = part.slice(1, -1).split(/[:|]/);
    const value = values[name!]!;
    if (one === undefined) return value;
    return value === 1 ? one : other!;
  });
}

const known = new Map<string, readonly string[]>();

/** The parts of a text, '{n}' among them. Cached, because a run that plays says the same many times a second. */
function split(text: string): readonly string[] {
  const parts = known.get(text) ?? text.split(/(\{[^}]*\})/);
  known.set(text, parts);
  return parts;
}
