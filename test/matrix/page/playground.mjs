/**
 * Uses the playground through the data-testid of its elements. The playground is in a frame, so that this script survives
 * when it reloads.
 */

/** The limit of each wait, in milliseconds. */
const TIME_LIMIT = 60_000;

/** The address at which in-browsers.mjs serves it: in a folder, as on many hosts. */
const ADDRESS = '/some/folder/index.html';

export default async function playground() {
  const page = await openPlayground('#task=spiral&seed=1');
  const seconds = await learnSpiral(page);
  const phases = await walkThroughStep(page);
  await openFewerLayers(page);
  const dragged = await dragSample(page);
  const film = await filmWalk(page);
  const hash = await reloadLink(page);
  const answer = await drawOne(page);
  const addresses = page.window.performance.getEntriesByType('resource').map(({ name }) => new URL(name));
  const elsewhere = addresses.filter(
    ({ origin, protocol }) => origin !== location.origin && protocol !== 'data:',
  );
  return {
    seconds,
    phases,
    dragged,
    film,
    hash,
    answer,
    engine: page.text('engine'),
    elsewhere: elsewhere.map(String),
  };
}

/** Plays until the test error is at most 5%. @returns the seconds it took */
async function learnSpiral(page) {
  const begin = performance.now();
  page.click('play');
  await page.until('a test error of at most 5%', () => parseFloat(page.text('test-error')) <= 5);
  const seconds = (performance.now() - begin) / 1000;
  page.click('pause');
  await page.until('play', () => page.find('play'));
  return seconds;
}

/** @returns the names of the phases in order, without repeats */
async function walkThroughStep(page) {
  page.click('step');
  const phases = new Set();
  let shown; // the phase with its layer
  await page.until('the update', () => {
    const phase = page.find('phase');
    if (phase === undefined || phase.parentElement.textContent === shown) return false;
    shown = phase.parentElement.textContent;
    phases.add(phase.textContent);
    page.click('next-phase');
    return phase.textContent === 'update';
  });
  return [...phases];
}

/** Chooses a task with fewer layers during a walk, while the pointer is on the last layer. */
async function openFewerLayers(page) {
  const units = page.window.document.querySelectorAll('.unit');
  units[units.length - 1].dispatchEvent(new page.window.PointerEvent('pointerenter'));
  page.click('task-circle');
  await page.until('the circle', () => page.text('epoch-count') === '0' && !page.find('phase'));
  page.click('step');
  await page.until('a walk through it', () => page.find('phase')?.textContent === 'forward');
}

/** Drags the next sample over the plane. @returns its inputs and cost, and the cost after the same inputs are typed */
async function dragSample(page) {
  await page.load('#task=first&lang=en');
  const cost = () => page.text('costs');
  const before = cost();
  const handle = page.find('sample-handle');
  const plane = handle.parentElement;
  plane.setPointerCapture = () => undefined; // synthetic pointer events can't be captured
  const { left, top, width, height } = plane.getBoundingClientRect();
  const [x, y] = [left + 0.75 * width, top + 0.25 * height];
  const point = (target, type, clientX, clientY) =>
    target.dispatchEvent(
      new page.window.PointerEvent(type, { pointerId: 1, bubbles: true, clientX, clientY }),
    );
  const start = handle.getBoundingClientRect();
  point(handle, 'pointerdown', start.left + 16, start.top + 16);
  point(plane, 'pointermove', x, y);
  point(plane, 'pointerup', x, y);
  await page.until('another cost', () => cost() !== before);
  const dragged = cost();
  const [, ...inputs] = handle.ariaLabel.match(/x₁ = ([\d.]+), x₂ = ([\d.]+\d)/);
  page.click('undo');
  await page.until('the cost of before', () => cost() === before);
  for (const [unit, value] of inputs.entries()) {
    const { document, Event } = page.window;
    document.querySelectorAll('.unit')[unit].dispatchEvent(new Event('focus'));
    const field = await page.until('the field', () => page.find('change'));
    field.value = value;
    field.dispatchEvent(new Event('input', { bubbles: true }));
    await frames(2);
  }
  await page.until(`${dragged}, not ${cost()}`, () => cost() === dragged);
  return inputs.join();
}

/** Saves the walk of one neuron as a GIF. @returns its kind, its frames, and whether it shows a picture */
async function filmWalk(page) {
  await page.load('#task=neuron');
  page.click('step');
  await page.until('a walk', () => page.find('phase'));
  let film;
  const { URL, HTMLAnchorElement } = page.window;
  URL.createObjectURL = (blob) => {
    film = blob;
    return '#';
  };
  HTMLAnchorElement.prototype.click = () => undefined;
  page.click('film');
  await page.until('the film', () => film);
  const bytes = new Uint8Array(await film.arrayBuffer());
  // a frame begins with a block 21 f9 04, which says how long it stays
  const frames = bytes.filter((byte, i) => byte === 0x21 && bytes[i + 1] === 0xf9 && bytes[i + 2] === 4);
  const picture = await createImageBitmap(film);
  const { width, height } = picture;
  const context = new OffscreenCanvas(width, height).getContext('2d');
  context.drawImage(picture, 0, 0);
  const { size } = new Set(new Uint32Array(context.getImageData(0, 0, width, height).data.buffer));
  return `${film.type}, ${frames.length} frames, ${size > 20 ? 'a picture' : `${size} colors`}`;
}

/** Continues the run of a fixed link, then reloads it from its new link. @returns the hash that both runs have */
async function reloadLink(page) {
  await page.load('#task=spiral&seed=1&steps=40');
  page.click('epoch');
  await page.until('an epoch more', () => page.text('epoch-count') >= 2);
  const hash = page.text('hash');
  page.click('copy-link');
  await frames(2);
  const link = page.window.location.hash;
  await page.load(link);
  const again = page.text('hash');
  if (again !== hash) throw new Error(`${link} led to ${again} instead of ${hash}`);
  return hash;
}

/** Draws a vertical line after two epochs. @returns the predicted digit */
async function drawOne(page) {
  page.click('task-digits');
  await page.until('the digits', () => page.find('draw-box') && page.text('epoch-count') === '0');
  for (const epoch of ['1', '2']) {
    page.click('epoch');
    await page.until(`epoch ${epoch}`, () => page.text('epoch-count') === epoch);
  }
  const box = page.find('draw-box');
  // synthetic pointer events can't be captured
  let isCaptured = false;
  box.setPointerCapture = () => (isCaptured = true);
  box.hasPointerCapture = () => isCaptured;
  const { left, top, width, height } = box.getBoundingClientRect();
  const point = (type, y) =>
    box.dispatchEvent(
      new page.window.PointerEvent(type, {
        pointerId: 1,
        bubbles: true,
        clientX: left + 0.5 * width,
        clientY: top + y * height,
      }),
    );
  point('pointerdown', 0.2);
  for (let y = 0.25; y < 0.8; y += 0.05) {
    point('pointermove', y);
    await frames(1);
  }
  point('pointerup', 0.8);
  return await page.until('an answer', () => /\d/.exec(page.text('draw-answer'))?.[0]);
}

/** Opens the playground in a frame. */
export async function openPlayground(hash) {
  const frame = document.createElement('iframe');
  frame.style = 'position: fixed; inset: 0; width: 100%; height: 100%; border: 0; background: white';
  document.body.append(frame);
  const page = {
    frame,
    get window() {
      return frame.contentWindow;
    },
    find: (id) => frame.contentDocument?.querySelector(`[data-testid="${id}"]`) ?? undefined,
    text: (id) => page.find(id).textContent,
    click(id) {
      const element = page.find(id);
      if (!element) throw new Error(`no element ${id}`);
      element.click();
    },
    /** Waits until `ask` returns a truthy value. @returns the value */
    async until(what, ask) {
      for (const end = performance.now() + TIME_LIMIT; performance.now() < end; await frames(1)) {
        const value = ask();
        if (value) return value;
      }
      throw new Error(
        `waited ${TIME_LIMIT / 1000} s for ${what}; the page says: ${frame.contentDocument.body.innerText}`,
      );
    },
    /** Reloads the page with a link. */
    async reload(link) {
      const isLoaded = new Promise((resolve) => frame.addEventListener('load', resolve, { once: true }));
      // a new query, because a new hash alone doesn't reload
      frame.src = `${ADDRESS}?${performance.now()}${link}`;
      await isLoaded;
    },
    /** Reloads the page with a link and waits until its run is open. */
    async load(link) {
      await page.reload(link);
      await page.until('the network', () => frame.contentDocument.querySelector('.network svg .unit'));
    },
  };
  await page.load(hash);
  return page;
}

/** Waits for a number of frames. */
export async function frames(count) {
  for (let i = 0; i < count; i++) await new Promise((resolve) => requestAnimationFrame(resolve));
}
