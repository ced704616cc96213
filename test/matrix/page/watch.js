// The first script of a page that is tested in a frame. It reports errors to the surrounding page.
{
  const tell = (trouble) => parent.postMessage({ trouble }, location.origin);
  addEventListener(
    'error',
    (event) => {
      // if a file fails to load, the event has only the element
      tell(
        `error: ${event.message ?? event.target.src ?? event.target.href} (${event.filename}:${event.lineno})`,
      );
    },
    true,
  );
  addEventListener('unhandledrejection', ({ reason }) => tell(`unhandled: ${reason}`));
  addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) =>
    tell(`violation: ${effectiveDirective} ${blockedURI}`),
  );
  for (const level of ['error', 'warn']) {
    const write = console[level];
    console[level] = (...words) => {
      write.apply(console, words);
      tell(`console.${level}: ${words.join(' ')}`);
    };
  }
}
