export function serve(
  folders: string | Record<string, string>,
  options?: { headers?: Record<string, string> },
): Promise<{ url: string; result: Promise<unknown>; close(): Promise<void> }>;
