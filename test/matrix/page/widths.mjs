import { findOverlaps } from './overlaps.mjs';
import { frames, openPlayground } from './playground.mjs';

/** From 320 to 1600 px in steps of 20: above 1440 the page only gets margins. */
const widths = [...Array.from({ length: 65 }, (_, i) => 320 + 20 * i), 1920, 2560, 3840];

/** Higher than the page, so that every control is in view. */
const HEIGHT = 8000;

/** The phases in which the picture holds the most numbers, after the network at rest. */
const PHASES = ['forward', 'BP2', 'BP4'];

/** Shows a run at every width, at rest and in phases of a walk. @returns the texts and controls that something covers */
export default async function measureWidths({ hash }) {
  const page = await openPlayground(hash);
  page.frame.style.height = `${HEIGHT}px`;
  if (hash.includes('lesson=')) return { covered: await sweepLesson(page) };
  const covered = await sweep(page, 'rest');
  page.click('step');
  await page.until('a walk', () => page.find('phase'));
  for (const phase of PHASES) {
    while (page.find('phase').dataset.phase !== phase) {
      page.click('next-phase');
      await frames(1);
    }
    endFlow(page);
    covered.push(...(await sweep(page, phase)));
  }
  return { covered };
}

/** A question of the second step, and the answer. */
async function sweepLesson(page) {
  await page.until('the lesson', () => page.find('lesson'));
  page.click('lesson-next');
  const question = await page.until('the question', () => page.find('lesson-question'));
  const asked = await sweep(page, 'a question');
  question.querySelector('input').click();
  await frames(2);
  page.click('lesson-next');
  await page.until('the answer', () => page.find('lesson-why'));
  // what flows to the answer passes over numbers
  await frames(5);
  await page.until('the end of the flow', () => !page.window.document.querySelector('.packets *'));
  return [...asked, ...(await sweep(page, 'an answer'))];
}

/** Holds the flow of the phase at its end, where all numbers are shown. */
function endFlow({ find, window }) {
  const scrubber = find('scrubber');
  scrubber.value = String(Math.ceil(scrubber.valueAsNumber) - 0.01);
  scrubber.dispatchEvent(new window.Event('input', { bubbles: true }));
}

async function sweep({ frame }, phase) {
  const covered = [];
  for (const width of widths) {
    frame.style.width = `${width}px`;
    await frames(2);
    covered.push(...findOverlaps(frame.contentDocument).map((what) => `${phase} at ${width} px: ${what}`));
  }
  return covered;
}
