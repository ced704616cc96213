import { enLate } from './en-late.js';
import { addEnglish } from './say.js';

// Parts of the page that load later import this file, which brings their English texts.

addEnglish(enLate);
