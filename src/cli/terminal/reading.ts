import type { Output } from './output.js';

/**
 * Called while a large file is read.
 * @param share of the file that has been read, if known
 */
export type OnRead = (path: string, share?: number) => void;

/** Without a terminal, reading that takes longer than this is reported once. */
const LONG_MS = 2000;

/**
 * Shows the progress of reading large files: on a terminal in a line that's redrawn and then removed, elsewhere in one
 * line if it takes long.
 */
export async function showReading<Result>(
  output: Output,
  read: (onRead: OnRead) => Promise<Result>,
): Promise<Result> {
  const begin = performance.now();
  let isSaid = false;
  let isOver = false; // epochs read a stream again
  const onRead: OnRead = (path, share) => {
    if (isOver) return;
    const line = `reading ${path}${share === undefined ? '' : ` ${Math.floor(100 * share)}%`}`;
    if (output.isTTY) output.draw(line);
    else if (!isSaid && performance.now() - begin > LONG_MS) {
      isSaid = true;
      output.say(line);
    }
  };
  try {
    return await read(onRead);
  } finally {
    isOver = true;
    output.draw('');
  }
}
