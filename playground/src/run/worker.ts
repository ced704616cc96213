import digitsAddress from 'virtual:digits';
import type { Reply, Request } from '../protocol.js';
import { Session } from './session.js';

// The thread that trains: messages in, messages out.

const post = (reply: Reply): void => {
  postMessage(reply);
};

async function digits(): Promise<Uint8Array<ArrayBuffer>> {
  const response = await fetch(digitsAddress);
  if (!response.ok)
    throw new Error(`digits: ${digitsAddress} answered ${response.status}; load the page again`);
  return new Uint8Array(await response.arrayBuffer());
}

const session = new Session(post, digits);

addEventListener('message', ({ data }: MessageEvent<Request>) => void session.receive(data));

/** What nobody awaited: it must not go by in silence. */
addEventListener('unhandledrejection', ({ reason }) => {
  const { name, message } = reason instanceof Error ? reason : new Error(String(reason));
  post({ type: 'failed', name, message });
});
