import type { en } from './en.js';
import type { enLate } from './en-late.js';

export type Texts = typeof en & typeof enLate;
export type Key = keyof Texts;
/** Every text in one language. */
export type Dictionary = Readonly<Record<Key, string>>;

/** How a language says what the library says in English: a pattern of a part, and the part in the language. */
export type Translation = readonly [pattern: RegExp, text: string];
