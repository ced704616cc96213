// Words of command lines that users are told to type.

/** As a shell takes it for one word. */
const quoted = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;

/** A path that begins with a dash would be taken for an option. */
export const quotedPath = (path: string): string => quoted(path.startsWith('-') ? `./${path}` : path);

/** An option as it is typed. @param value '' for one that takes none */
export function optionWords(name: string, value: string): string {
  if (value === '') return `--${name}`;
  return `--${name}${value.startsWith('-') ? '=' : ' '}${quoted(value)}`;
}
