import { useState } from 'preact/hooks';
import { applyTheme, storedTheme, type Theme, themes } from './theme';

/** What this page is, and its colours. */
export function Header() {
  const [theme, setTheme] = useState<Theme>(storedTheme);
  return (
    <header class="page-header">
      <h1>Backpropagation, step by step</h1>
      <p>Train a small network in this page, and follow one mini-batch through the four equations.</p>
      <label class="theme">
        <span>Theme</span>
        <select
          value={theme}
          onChange={(event) => {
            const chosen = themes.find((name) => name === event.currentTarget.value) ?? 'system';
            applyTheme(chosen);
            setTheme(chosen);
          }}
        >
          {themes.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
      </label>
    </header>
  );
}
