import { render } from 'preact';
import { parseLink } from '../run/link.js';
import { App } from './app.js';
import { keepOffline } from './keep-offline.js';
import { applyTheme, storedTheme } from './theme.js';
import { loadLanguage } from './use-language.js';
import './tokens.css';
import './page.css';
import './phone.css';
import './projector.css';

applyTheme(storedTheme());
await loadLanguage(parseLink(location.hash).language);
keepOffline();
render(<App />, document.getElementById('page')!);
