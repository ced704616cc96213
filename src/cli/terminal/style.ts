import { styleText } from 'node:util';

type Style = 'bold' | 'dim' | 'green';

/** Whether stdout shows styles: a terminal does, unless NO_COLOR is set. */
export const hasStyles = (): boolean =>
  process.stdout.isTTY && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb';

/** Puts text in a style if stdout shows styles. `styleText` of Node 20 styles always, so ours is asked first. */
export const styleForTerminal = (style: Style) => {
  return (text: string): string => (hasStyles() ? styleText(style, text) : text);
};
