import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { LOOPBACK } from './servers.js';

/** The way from a program to a server, which can be slow, silent or cut. */
export interface Link {
  readonly port: number;
  /** Milliseconds that each piece takes. */
  delay: number;
  /** Whether nothing gets through, while the connections stay. */
  isSilent: boolean;
  /** Ends all connections, and refuses others for so many milliseconds. */
  cut(milliseconds: number): Promise<void>;
  close(): void;
}

export async function openLink(target: number): Promise<Link> {
  const sockets = new Set<Socket>();
  let isCut = false;
  const listener = createServer((near) => {
    if (isCut) {
      near.resetAndDestroy();
      return;
    }
    const far = connect(target, LOOPBACK);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.setNoDelay(true);
      // A server that is away ends the connection.
      from.on('error', () => undefined);
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
      let last = Promise.resolve();
      from.on('data', (piece) => {
        last = last.then(async () => {
          if (link.delay > 0) await pause(link.delay);
          while (link.isSilent) await pause(20);
          if (!to.destroyed) to.write(piece);
        });
      });
    }
  }).listen(0, LOOPBACK);
  await once(listener, 'listening');
  const link: Link = {
    port: (listener.address() as AddressInfo).port,
    delay: 0,
    isSilent: false,
    async cut(milliseconds) {
      isCut = true;
      for (const socket of sockets) socket.resetAndDestroy();
      await pause(milliseconds);
      isCut = false;
    },
    close() {
      link.isSilent = false;
      listener.close();
      for (const socket of sockets) socket.destroy();
    },
  };
  return link;
}
