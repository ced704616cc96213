/**
 * Runs the measurement that the page's address names (`#{"measure": "hash", "options": {…}}`) with bp4 from dist/. Posts the
 * result or the error, together with other errors on the page.
 */
const { measure, options } = JSON.parse(decodeURIComponent(location.hash.slice(1)));

const trouble = [];
addEventListener('error', ({ message, filename, lineno }) =>
  trouble.push(`${message} (${filename}:${lineno})`),
);
addEventListener('unhandledrejection', ({ reason }) => trouble.push(`unhandled: ${reason}`));
addEventListener('message', ({ data }) => data.trouble && trouble.push(data.trouble)); // watch.js
document.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) =>
  trouble.push(`violation: ${effectiveDirective} ${blockedURI}`),
);

const found = await import(`./${measure}.mjs`)
  .then(({ default: run }) => run(options))
  .catch((error) => ({ error: `${error.name}: ${error.message}\n${error.stack}` }));

// violations are reported in a later task
await new Promise((resolve) => setTimeout(resolve, 50));
await fetch('/result', { method: 'POST', body: JSON.stringify({ ...found, trouble }) });
