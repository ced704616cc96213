import { useState } from 'preact/hooks';
import type { Request, TaskName } from '../protocol.js';

interface ProvenanceProps {
  readonly task: TaskName;
  readonly hash: string;
  /** Returns the address that repeats this run up to its current step. */
  readonly makeLink: () => string;
  readonly send: (request: Request) => void;
}

const files = [
  { format: 'json', text: 'Save JSON' },
  { format: 'code', text: 'Save code' },
] as const;

/** Exports of the run: its link, its weights as JSON or code, and the hash by which two runs compare. */
export function Provenance({ task, hash, makeLink, send }: ProvenanceProps) {
  const [label, setLabel] = useState('Copy link');
  const copy = async (): Promise<void> => {
    const link = makeLink();
    history.replaceState(null, '', link);
    setLabel(await copyToClipboard(link));
    setTimeout(() => setLabel('Copy link'), 2000);
  };
  return (
    <section class="card provenance" aria-label="Save and share">
      <h2>Save and share</h2>
      <p>
        {task === 'csv'
          ? 'The link holds the settings, but not your data.'
          : 'The link repeats this run, bit for bit.'}{' '}
        Hash of the weights: <code data-testid="hash">{hash}</code>
      </p>
      <div class="buttons">
        <button type="button" data-testid="copy-link" onClick={() => void copy()}>
          <span aria-live="polite">{label}</span>
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

/** Copies the link if the page has a clipboard; over plain http it has none. @returns where the link is now */
async function copyToClipboard(link: string): Promise<string> {
  try {
    if (!('clipboard' in navigator)) return 'Copy it from the address bar';
    await navigator.clipboard.writeText(link);
    return 'Copied';
  } catch {
    return 'Copy it from the address bar';
  }
}
