import { render } from 'preact';
import { App } from './app';
import { applyTheme, storedTheme } from './theme';
import './tokens.css';
import './page.css';
import './phone.css';

applyTheme(storedTheme());
render(<App />, document.getElementById('page')!);
