import { runPage } from './page.mjs';

await runPage();
