/**
 * What a page does in a test: the measure that its address names (`#{"measure": "hash", "options": {…}}`), of bp4 as it is
 * in dist/. It posts what it found, or the error, together with what went wrong meanwhile.
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

// violations are reported by a task of their own
await new Promise((resolve) => setTimeout(resolve, 50));
await fetch('/result', { method: 'POST', body: JSON.stringify({ ...found, trouble }) });
