import { render } from 'preact';
import { App } from './app.js';
import { applyTheme, storedTheme } from './theme.js';
import './tokens.css';
import './page.css';
import './phone.css';

applyTheme(storedTheme());
render(<App />, document.getElementById('page')!);
