import { useState } from 'preact/hooks';
import { type Language, languageNames, languages, say } from '../words/say.js';
import { applyTheme, storedTheme, type Theme, themes } from './theme.js';

/** U+FE0E shows the sun as text, not as an emoji. */
const signs: Readonly<Record<Theme, string>> = { system: '◐', light: '☀\uFE0E', dark: '☾' };

interface HeaderProps {
  readonly language: Language;
  readonly onLanguage: (language: Language) => void;
}

/** The title, and the switches of the language and the color theme. */
export function Header({ language, onLanguage }: HeaderProps) {
  const [theme, setTheme] = useState<Theme>(storedTheme);
  const other = following(languages, language);
  return (
    <header class="page-header">
      <h1>{say('header.title')}</h1>
      <p>{say('header.subtitle')}</p>
      <div class="switches">
        <button
          type="button"
          class="quiet"
          data-testid="language"
          lang={other}
          onClick={() => onLanguage(other)}
        >
          {languageNames[other]}
        </button>
        <button
          type="button"
          class="quiet theme"
          aria-label={say('header.theme', { theme: say(`theme.${theme}`) })}
          onClick={() => {
            const next = following(themes, theme);
            applyTheme(next);
            setTheme(next);
          }}
        >
          {signs[theme]} <span>{say(`theme.${theme}`)}</span>
        </button>
      </div>
    </header>
  );
}

function following<Name>(names: readonly Name[], name: Name): Name {
  return names[(names.indexOf(name) + 1) % names.length]!;
}
