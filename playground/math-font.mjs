import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import subsetFont from 'subset-font';

/** The symbols of src/page/equations/formulas.tsx. A browser draws `<mi>` of one letter with the italic letters. */
const symbols = 'ab∂∇σδηzlLmCkW01=+−∑⊙()←′,T abcdefghijklmnopqrstuvwxyzADGMR𝑎𝑏𝑧𝑙𝐿𝑚𝐶𝜎𝛿𝜂𝜕𝛻𝑇𝑊';

const path = fileURLToPath(new URL('src/page/equations/math.woff2', import.meta.url));
const whole = new URL(
  import.meta.resolve('@fontsource/stix-two-math/files/stix-two-math-latin-400-normal.woff2'),
);

/** Writes the part of STIX Two Math that the equations need, 12 kB instead of 400, unless it's newer than these symbols. */
export async function writeMathFont() {
  const changed = statSync(fileURLToPath(import.meta.url)).mtimeMs;
  if (existsSync(path) && statSync(path).mtimeMs > changed) return;
  writeFileSync(path, await subsetFont(readFileSync(whole), symbols, { targetFormat: 'woff2' }));
}
