import { frames, openPlayground } from './playground.mjs';

/** Walks through every lesson in a language and answers each question. @returns what each step showed, and what links show */
export default async function walkLessons({ language }) {
  const page = await openPlayground(`#lang=${language}`);
  const names = Array.from(page.find('lessons').options, ({ value }) => value).filter((name) => name !== '');
  const steps = [];
  for (const lesson of names) {
    await page.load(`#lesson=${lesson}&lang=${language}`);
    const { dataset } = await page.until(`the lesson ${lesson}`, () => page.find('lesson'));
    for (let step = 1; step <= dataset.steps; step++) {
      await page.until(`step ${step} of ${lesson}`, () => page.find('lesson').dataset.step === String(step));
      steps.push({ lesson, step, ...(await takeStep(page)) });
      if (step < dataset.steps) page.click('lesson-next');
    }
  }
  page.click('lesson-next');
  await page.until('the end of the last lesson', () => !page.find('lesson'));
  return { names, steps, links: await openLinks(page, language) };
}

/** Waits for the numbers of a step, and answers its question. */
async function takeStep(page) {
  const read = () => page.find('lesson').querySelector('.lesson-text').textContent;
  const text = await page.until('the numbers', () => !read().includes('…') && read());
  const question = page.find('lesson-question');
  if (!question) return { text };
  const texts = (selector) =>
    Array.from(page.window.document.querySelectorAll(`.network ${selector}`), (found) => found.textContent);
  const subject = () => texts('.subject')[0];
  // a question about a whole layer marks no unit
  await page.until('the walk', () => subject() !== undefined || texts('.value').includes('?'));
  const shown = subject();
  const asked = { isBlocked: page.find('lesson-next').ariaDisabled === 'true', shown };
  page.click('lesson-next'); // doesn't go on
  await frames(2);
  const right = await page.until('the right answer', () => question.dataset.right);
  const labels = question.querySelectorAll('label');
  labels[right].querySelector('input').click();
  await page.until('the choice', () => page.find('lesson-next').ariaDisabled === 'false');
  page.click('lesson-next');
  const why = await page.until('the explanation', () => page.find('lesson-why')?.textContent);
  await page.until('the number', () => subject()?.startsWith('?') === false);
  const then = subject();
  const halfway = page.find('two-runs') && (await readRuns(page));
  await untilFigure(page);
  return {
    text,
    ...asked,
    options: labels.length,
    picked: labels[right].textContent,
    why,
    halfway,
    then,
  };
}

/** Waits for the figure of a derivation: Firefox reports a part that is still loading when the page is left. */
async function untilFigure(page) {
  await page.until('the figure', () => !page.window.document.querySelector('.derivation-figure:empty'));
}

/** Waits until both runs of the saturated neuron are halfway. */
async function readRuns(page) {
  const read = () => ['quadratic', 'binaryCrossEntropy'].map((loss) => page.text(`halfway-${loss}`));
  return await page.until('both runs', () => !read().includes('…') && read());
}

/** Opens places in a walk by link, with parts of the page hidden. */
async function openLinks(page, language) {
  await page.load(`#task=first&steps=3&phase=BP2,1&unit=1,2&embed=1&lang=${language}`);
  await page.until('BP2', () => page.find('phase')?.dataset.phase === 'BP2');
  const unit = await page.until('the derivation', () => page.find('derivation')?.textContent);
  const hasHeader = page.find('language') !== undefined;
  await untilFigure(page);
  await page.load(
    `#task=xor&miniBatchSize=4&phase=BP4&sample=3&weight=2,1,3&hide=walk,training&lang=${language}`,
  );
  const weight = await page.until('the derivation', () => page.find('derivation')?.textContent);
  const hasTraining = page.find('step') !== undefined;
  await untilFigure(page);
  return { unit, hasHeader, weight, hasTraining, address: page.window.location.hash };
}
