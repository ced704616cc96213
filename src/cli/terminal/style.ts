// SGR codes (ECMA-48) that begin and end a style.
const codes = { bold: [1, 22], dim: [2, 22], green: [32, 39], cyan: [36, 39] } as const;

/** A text in a style, where the terminal shows any. */
export function styleText(style: keyof typeof codes, text: string, isOn: boolean): string {
  const [begin, end] = codes[style];
  return isOn ? `\u001B[${begin}m${text}\u001B[${end}m` : text;
}
