/** The scripts that the page has loaded so far. */
const scripts = () => {
  const names = performance.getEntriesByType('resource').map(({ name }) => name);
  return [...new Set(names)].filter((name) => /^http.*\.m?js(\?|$)/.test(name));
};

/**
 * Posts the result or the error of each part, and the scripts loaded before and after each. If the page's server accepts no
 * posts, the query holds the address of another.
 */
export async function tell(parts) {
  const loaded = [scripts()];
  const results = {};
  for (const [name, run] of Object.entries(parts)) {
    try {
      results[name] = await run();
    } catch (error) {
      results[name] = { error: String(error?.stack ?? error) };
    }
    loaded.push(scripts());
  }
  const place = new URL(location.href).searchParams.get('result') ?? '/result';
  const body = JSON.stringify({ results, loaded });
  await fetch(place, { method: 'POST', mode: 'no-cors', body });
}
