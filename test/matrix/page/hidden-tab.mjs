import { frames, openPlayground } from './playground.mjs';

/** Hides the page while it plays, and shows it again. @returns what went wrong */
export default async function hideTab() {
  const page = await openPlayground('#task=spiral');
  const { document } = page.window;
  const hide = (isHidden) => {
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => isHidden });
    document.dispatchEvent(new page.window.Event('visibilitychange'));
  };
  const wrong = [];
  page.click('play');
  await page.until('a first epoch', () => Number(page.text('epoch-count')) > 0);
  hide(true);
  await page.until('a pause', () => page.find('play'));
  const epoch = page.text('epoch-count');
  await frames(30);
  if (page.text('epoch-count') !== epoch) wrong.push(`it trains on while hidden, from epoch ${epoch}`);
  hide(false);
  await page.until('more epochs', () => Number(page.text('epoch-count')) > Number(epoch));
  page.click('pause');
  await page.until('a pause', () => page.find('play'));
  hide(true);
  hide(false);
  await frames(30);
  if (page.find('pause')) wrong.push('a run that rested before plays after');
  return { wrong };
}
