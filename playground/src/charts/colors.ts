import { useEffect, useState } from 'preact/hooks';

const names = [
  ...(['paper', 'card', 'sunk', 'ink', 'faint', 'line', 'accent'] as const),
  ...(['class0', 'class1', 'positive', 'negative', 'glow'] as const),
];

/** The page's colors in a form that a canvas accepts, and its font family. */
export type Colors = Readonly<Record<(typeof names)[number] | 'font', string>>;

/** Reads the colors from an element, whose `color` resolves nested custom properties. */
function readColors(): Colors {
  const probe = document.body.appendChild(document.createElement('span'));
  const read = (name: string): string => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const colors = Object.fromEntries(names.map((name) => [name, read(name)]));
  const font = getComputedStyle(probe).fontFamily;
  probe.remove();
  return { ...colors, font } as Colors;
}

/** Calls back when the system or the page's switch changes the theme. */
function watchTheme(changed: () => void): () => void {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const observer = new MutationObserver(changed);
  observer.observe(document.documentElement, { attributeFilter: ['data-theme'] });
  dark.addEventListener('change', changed);
  return () => {
    observer.disconnect();
    dark.removeEventListener('change', changed);
  };
}

/** The current colors. The component renders again when they change. */
export function useColors(): Colors {
  const [colors, setColors] = useState(readColors);
  useEffect(() => watchTheme(() => setColors(readColors())), []);
  return colors;
}

const known = new Map<string, readonly [number, number, number]>();

/** A CSS color as red, green and blue from 0 to 255. Cached, because charts ask many times a second. */
export function toRGB(color: string): readonly [number, number, number] {
  const rgb = known.get(color) ?? readColor(color);
  known.set(color, rgb);
  return rgb;
}

function readColor(color: string): readonly [number, number, number] {
  const context = document.createElement('canvas').getContext('2d')!;
  context.fillStyle = color;
  context.fillRect(0, 0, 1, 1);
  const [red, green, blue] = context.getImageData(0, 0, 1, 1).data;
  return [red!, green!, blue!];
}
