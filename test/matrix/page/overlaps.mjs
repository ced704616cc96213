/** How far the boxes of two texts may intersect, in pixels: a box is higher than its letters. */
const SLACK = 3;

/** @returns the pairs of texts that cover each other, and the controls that something covers */
export function findOverlaps(document) {
  const texts = listTexts(document);
  const wrong = [];
  // sorted by their tops, a text meets only those that begin before it ends
  texts.sort((one, other) => one.top - other.top);
  texts.forEach((one, i) => {
    for (let j = i + 1; j < texts.length && texts[j].top < one.bottom - SLACK; j++) {
      const other = texts[j];
      const width = Math.min(one.right, other.right) - Math.max(one.left, other.left);
      const height = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
      // a text that ends in … has two boxes: the whole one and the one that is shown
      if (one.node !== other.node && width > SLACK && height > SLACK)
        wrong.push(`'${one.text}' covers '${other.text}'`);
    }
  });
  for (const control of document.querySelectorAll('button, select, input, summary, .unit')) {
    const { left, top, width, height } = control.getBoundingClientRect();
    const isFolded = control.localName !== 'summary' && control.closest('details:not([open])') !== null;
    if (width === 0 || isFolded) continue;
    const hit = document.elementFromPoint(left + width / 2, top + height / 2);
    const isHit =
      hit !== null &&
      (control.contains(hit) || hit.contains(control) || hit.closest('label')?.contains(control));
    // the bar stays in reach above whatever the page scrolls under it
    const isUnderBar = hit !== null && hit.closest('.bar') !== null;
    if (!isHit && !isUnderBar) wrong.push(`${describe(hit)} covers ${describe(control)}`);
  }
  return wrong;
}

/** The box of each line of text that is visible, without the bar that stays in reach while the page scrolls. */
function listTexts(document) {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const texts = [];
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const text = node.data.trim();
    const parent = node.parentElement;
    if (text === '' || parent.closest('.bar, script, style, datalist, option, math, [role=alert]') !== null)
      continue;
    if (isHidden(parent)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const clip = findClip(parent);
    for (const rect of range.getClientRects()) {
      const [left, right] = [Math.max(rect.left, clip.left), Math.min(rect.right, clip.right)];
      const { top, bottom } = rect;
      if (right - left > 1) texts.push({ node, text, left, top, right, bottom });
    }
  }
  return texts;
}

/** The element around a text that cuts it off, or the page. */
function findClip(element) {
  for (let at = element; at !== null; at = at.parentElement) {
    if (getComputedStyle(at).overflowX !== 'visible') return at.getBoundingClientRect();
  }
  return { left: -Infinity, right: Infinity };
}

/** Whether only screen readers read it, or nothing shows it. */
function isHidden(element) {
  if (element.closest('details:not([open]) > :not(summary)') !== null) return true;
  for (let at = element; at !== null; at = at.parentElement) {
    const { clipPath, visibility, opacity } = getComputedStyle(at);
    if (clipPath !== 'none' || visibility === 'hidden' || opacity === '0') return true;
  }
  return false;
}

function describe(element) {
  if (element === null) return 'nothing';
  const { tagName, className, textContent } = element;
  return `${tagName.toLowerCase()}.${className.baseVal ?? className} '${textContent.trim().slice(0, 20)}'`;
}
