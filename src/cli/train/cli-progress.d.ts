/** The part of it that bp4 uses. */
declare module 'cli-progress' {
  export interface BarOptions {
    readonly format: () => string;
    readonly fps: number;
    readonly hideCursor: boolean;
    readonly linewrap: boolean;
    readonly gracefulExit: boolean;
    readonly clearOnComplete: boolean;
    readonly stream: NodeJS.WriteStream;
  }
  export class SingleBar {
    constructor(options: BarOptions);
    start(total: number, value: number): void;
    update(value: number): void;
    stop(): void;
  }
}
