import { cpus } from 'node:os';

/** The machine on which the figures were measured. */
export interface Machine {
  readonly cpu: string;
  readonly node: string;
  readonly platform: string;
  readonly date: string;
}

export const thisMachine = (): Machine => ({
  cpu: cpus()[0]?.model.trim() ?? 'unknown processor',
  node: `Node ${process.version}`,
  platform: `${process.platform} ${process.arch}`,
  date: new Date().toISOString().slice(0, 10),
});

export const describe = ({ cpu, node, platform, date }: Machine): string =>
  [cpu, node, platform, date].join(' · ');
