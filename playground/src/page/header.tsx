import { useState } from 'preact/hooks';
import { applyTheme, storedTheme, type Theme, themes } from './theme.js';

/** U+FE0E: as a character of the text, not as a picture. */
const signs: Readonly<Record<Theme, string>> = { system: '◐', light: '☀\uFE0E', dark: '☾' };

/** What this page is, and its colors. */
export function Header() {
  const [theme, setTheme] = useState<Theme>(storedTheme);
  return (
    <header class="page-header">
      <h1>Backpropagation, step by step</h1>
      <p>Train a small network in this page, and follow one mini-batch through the four equations.</p>
      <button
        type="button"
        class="quiet theme"
        aria-label={`Colors: ${theme}`}
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
