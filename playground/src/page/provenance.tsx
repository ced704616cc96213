import { useState } from 'preact/hooks';
import type { Request } from '../protocol.js';

interface ProvenanceProps {
  readonly hash: string;
  /** The address that repeats this run as far as it has come. */
  readonly makeLink: () => string;
  readonly send: (request: Request) => void;
}

const files = [
  { format: 'json', text: 'Save JSON' },
  { format: 'code', text: 'Save code' },
] as const;

/** The run to take along: its link, its weights as JSON or code, and the hash that tells that two are the same. */
export function Provenance({ hash, makeLink, send }: ProvenanceProps) {
  const [told, tell] = useState('Copy link');
  const copy = async (): Promise<void> => {
    const link = makeLink();
    history.replaceState(null, '', link);
    tell(await copied(link));
    setTimeout(() => tell('Copy link'), 2000);
  };
  return (
    <section class="card provenance" aria-label="Take it along">
      <h2>Take it along</h2>
      <p>
        Same link, same bits. The hash of all weights: <code data-testid="hash">{hash}</code>
      </p>
      <div class="buttons">
        <button type="button" data-testid="copy-link" onClick={() => void copy()}>
          <span aria-live="polite">{told}</span>
        </button>
        {files.map(({ format, text }) => (
          <button
            key={format}
            type="button"
            data-testid={`export-${format}`}
            onClick={() => send({ type: 'export', format })}
          >
            {text}
          </button>
        ))}
      </div>
    </section>
  );
}

/** Copies where there is a clipboard: pages that came by plain http have none. @returns where the link is now */
async function copied(link: string): Promise<string> {
  try {
    if (!('clipboard' in navigator)) return 'See the address bar';
    await navigator.clipboard.writeText(link);
    return 'Copied';
  } catch {
    return 'See the address bar';
  }
}
