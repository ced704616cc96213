import { styleText } from 'node:util';

type Style = 'bold' | 'dim' | 'green';

/** Whether stdout shows styles: a terminal does, unless NO_COLOR is set. */
export const hasStyles = (): boolean =>
  process.stdout.isTTY && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb';

/** Styles text if stdout shows styles. `styleText` of Node 20 always styles, so this is checked first. */
export const styleForTerminal = (style: Style) => {
  return (text: string): string => (hasStyles() ? styleText(style, text) : text);
};
