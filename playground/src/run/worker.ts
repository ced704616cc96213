import digitsAddress from 'virtual:digits';
import type { Reply, Request } from '../protocol.js';
import { loaded, PageError, toFailure } from './failure.js';
import { Session } from './session.js';

// The training thread: connects messages to a session.

const post = (reply: Reply): void => {
  postMessage(reply);
};

async function digits(): Promise<Uint8Array<ArrayBuffer>> {
  const response = await loaded(fetch(digitsAddress));
  if (!response.ok) throw new PageError('digits.status', { status: response.status, address: digitsAddress });
  return new Uint8Array(await loaded(response.arrayBuffer()));
}

const session = new Session(post, digits);

addEventListener('message', ({ data }: MessageEvent<Request>) => void session.receive(data));

/** Reports errors of promises that nothing awaits. */
addEventListener('unhandledrejection', ({ reason }) => post({ type: 'failed', ...toFailure(reason) }));
