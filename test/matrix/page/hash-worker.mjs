import hash from './hash.mjs';

onmessage = async ({ data }) => {
  try {
    postMessage(await hash(data));
  } catch (error) {
    postMessage({ error: String(error) });
  }
};
