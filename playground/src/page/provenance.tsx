import { useState } from 'preact/hooks';
import type { Request } from '../protocol';

interface ProvenanceProps {
  readonly hash: string;
  /** The address that repeats this run as far as it has come. */
  readonly linkOf: () => string;
  readonly send: (request: Request) => void;
}

/** The run to take along: its link, its weights as JSON or code, and the hash that tells that two are the same. */
export function Provenance({ hash, linkOf, send }: ProvenanceProps) {
  const [isCopied, setCopied] = useState(false);
  const copy = (): void => {
    const link = linkOf();
    history.replaceState(null, '', link);
    // without a clipboard the address bar has it
    void navigator.clipboard?.writeText(link).catch(() => undefined);
    setCopied(true);
    setTimeout(() => setCopied(false), 2000);
  };
  return (
    <section class="card provenance" aria-label="Take it along">
      <h2>Take it along</h2>
      <p>
        Same link, same bits. The hash of all weights: <code data-testid="hash">{hash}</code>
      </p>
      <div class="buttons">
        <button type="button" data-testid="copy-link" onClick={copy}>
          <span aria-live="polite">{isCopied ? 'Copied' : 'Copy link'}</span>
        </button>
        <button
          type="button"
          data-testid="export-json"
          onClick={() => send({ type: 'export', format: 'json' })}
        >
          Save JSON
        </button>
        <button
          type="button"
          data-testid="export-code"
          onClick={() => send({ type: 'export', format: 'code' })}
        >
          Save code
        </button>
      </div>
    </section>
  );
}
