import { execFileSync } from 'node:child_process';
import { SUBNET } from './servers.js';

/** A network of its own for a program, which sees nothing but this machine at the other end of a cable. */
export interface Namespace {
  /** The address of this machine. */
  readonly host: string;
  /** What a program is run by in there. */
  readonly prefix: readonly string[];
  remove(): void;
}

/** @throws Error if the system doesn't let this process make one */
export function addNamespace(number: number): Namespace {
  const name = `bp4-${process.pid}-${number}`;
  const [outer, inner] = [`b${process.pid}-${number}o`, `b${process.pid}-${number}i`];
  const host = `${SUBNET}.${number}.1`;
  const ip = (...words: string[]): void => {
    execFileSync('ip', words, { stdio: ['ignore', 'ignore', 'pipe'] });
  };
  ip('netns', 'add', name);
  const remove = (): void => ip('netns', 'del', name);
  try {
    ip('link', 'add', outer, 'type', 'veth', 'peer', 'name', inner, 'netns', name);
    ip('addr', 'add', `${host}/30`, 'dev', outer);
    ip('link', 'set', outer, 'up');
    ip('-n', name, 'addr', 'add', `${SUBNET}.${number}.2/30`, 'dev', inner);
    ip('-n', name, 'link', 'set', inner, 'up');
  } catch (error) {
    remove();
    throw error;
  }
  return { host, prefix: ['ip', 'netns', 'exec', name], remove };
}
