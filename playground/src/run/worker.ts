import digitsAddress from 'virtual:digits';
import type { Reply, Request } from '../protocol.js';
import { Session } from './session.js';

// The training thread: connects messages to a session.

const post = (reply: Reply): void => {
  postMessage(reply);
};

async function digits(): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(digitsAddress);
  if (!response.ok)
    throw new Error(
      `The digits failed to load: status ${response.status} for ${digitsAddress}. Reload the page.`,
    );
  return new Uint8Array(await response.arrayBuffer());
}

const session = new Session(post, digits);

addEventListener('message', ({ data }: MessageEvent<Request>) => void session.receive(data));

/** Reports errors of promises that nothing awaits. */
addEventListener('unhandledrejection', ({ reason }) => {
  const { name, message } = reason instanceof Error ? reason : new Error(String(reason));
  post({ type: 'failed', name, message });
});
