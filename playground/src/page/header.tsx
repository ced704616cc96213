import { useState } from 'preact/hooks';
import { applyTheme, storedTheme, type Theme, themes } from './theme.js';

/** U+FE0E shows the sun as text, not as an emoji. */
const signs: Readonly<Record<Theme, string>> = { system: '◐', light: '☀\uFE0E', dark: '☾' };

/** The title, and the switch of the color theme. */
export function Header() {
  const [theme, setTheme] = useState<Theme>(storedTheme);
  return (
    <header class="page-header">
      <h1>Backpropagation, step by step</h1>
      <p>Train a small network in your browser and follow one mini-batch through the four equations.</p>
      <button
        type="button"
        class="quiet theme"
        aria-label={`Color theme: ${theme}`}
        onClick={() => {
          const next = themes[(themes.indexOf(theme) + 1) % themes.length]!;
          applyTheme(next);
          setTheme(next);
        }}
      >
        {signs[theme]} <span>{theme}</span>
      </button>
    </header>
  );
}
