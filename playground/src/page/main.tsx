import { render } from 'preact';
import { parseLink } from '../run/link.js';
import { App } from './app.js';
import { applyTheme, storedTheme } from './theme.js';
import { loadLanguage } from './use-language.js';
import './tokens.css';
import './page.css';
import './phone.css';
import './projector.css';

applyTheme(storedTheme());
await loadLanguage(parseLink(location.hash).language);
render(<App />, document.getElementById('page')!);
