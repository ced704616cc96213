import hash from './hash.mjs';

addEventListener('message', async ({ data }) => {
  try {
    postMessage(await hash(data));
  } catch (error) {
    postMessage({ error: String(error) });
  }
});
