export interface Browser {
  readonly version: string;
  readonly ended: Promise<unknown>;
  output(): string;
  close(): Promise<void>;
}

export function chromium(url: string): Promise<Browser>;
export function firefox(url: string): Promise<Browser>;
