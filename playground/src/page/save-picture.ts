/** The properties by which the page's style sheets change the look of the picture. */
const properties = [
  ...['fill', 'fill-opacity', 'stroke', 'stroke-width', 'stroke-opacity', 'stroke-dasharray', 'opacity'],
  ...['stroke-linecap', 'font-family', 'font-size', 'font-weight', 'font-style', 'text-anchor'],
  ...['dominant-baseline', 'display', 'visibility', 'paint-order'],
];

/** In a PNG, for each pixel of the page. */
const DENSITY = 2;

/** The network's picture as it looks now, as an SVG file that needs no style sheet. */
export function pictureAsSVG(box: Element): Blob {
  return new Blob([serialize(box)], { type: 'image/svg+xml' });
}

/** The network's picture as it looks now. */
export async function pictureAsPNG(box: Element): Promise<Blob> {
  const canvas = await drawPicture(box, DENSITY);
  return await new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('toBlob'))), 'image/png'),
  );
}

/** @param density the pixels of the canvas for each pixel of the page */
export async function drawPicture(box: Element, density: number): Promise<HTMLCanvasElement> {
  const image = new Image();
  // a data URL: Chromium taints a canvas that draws an SVG from a Blob URL of a file
  image.src = `data:image/svg+xml,${encodeURIComponent(serialize(box))}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = density * image.width;
  canvas.height = density * image.height;
  canvas.getContext('2d')!.drawImage(image, 0, 0, canvas.width, canvas.height);
  return canvas;
}

function serialize(box: Element): string {
  const picture = box.querySelector('svg')!;
  const copy = picture.cloneNode(true) as SVGSVGElement;
  const originals = picture.querySelectorAll('*');
  copy.querySelectorAll('*').forEach((element, i) => {
    const style = getComputedStyle(originals[i]!);
    // as attributes: a content security policy may forbid styles in the markup
    for (const name of properties) element.setAttribute(name, style.getPropertyValue(name));
  });
  const { width, height, left, top } = picture.getBoundingClientRect();
  const paper = createSVG('rect', { width, height, fill: readGround(box) });
  // the images of digits are canvases over the picture
  const images = Array.from(box.querySelectorAll('canvas'), (canvas) => {
    const place = canvas.getBoundingClientRect();
    return createSVG('image', {
      x: place.left - left,
      y: place.top - top,
      width: place.width,
      height: place.height,
      href: canvas.toDataURL(),
      'image-rendering': 'pixelated',
    });
  });
  copy.prepend(paper);
  copy.append(...images);
  copy.setAttribute('viewBox', `0 0 ${width} ${height}`);
  return new XMLSerializer().serializeToString(copy);
}

function createSVG(name: string, attributes: Readonly<Record<string, string | number>>): SVGElement {
  const element = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  return element;
}

/** The color behind an element. */
export function readGround(element: Element): string {
  const card = element.closest('.card') ?? element;
  return getComputedStyle(card).backgroundColor;
}
