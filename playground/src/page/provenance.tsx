import { useState } from 'preact/hooks';
import type { Request, TaskName } from '../protocol.js';
import { say } from '../words/say.js';

interface ProvenanceProps {
  readonly task: TaskName;
  readonly hash: string;
  /** Returns the address that repeats this run up to its current step. */
  readonly makeLink: () => string;
  readonly send: (request: Request) => void;
}

const files = [
  { format: 'json', text: 'share.saveJson' },
  { format: 'code', text: 'share.saveCode' },
] as const;

/** Exports of the run: its link, its weights as JSON or code, and the hash by which two runs compare. */
export function Provenance({ task, hash, makeLink, send }: ProvenanceProps) {
  const [label, setLabel] = useState<'share.copy' | Copied>('share.copy');
  const copy = async (): Promise<void> => {
    const link = makeLink();
    history.replaceState(null, '', link);
    setLabel(await copyToClipboard(link));
    setTimeout(() => setLabel('share.copy'), 2000);
  };
  return (
    <section class="card provenance" aria-label={say('share.title')}>
      <h2>{say('share.title')}</h2>
      <p>
        {say(task === 'csv' ? 'share.lacksData' : 'share.repeats')} {say('share.hash')}{' '}
        <code data-testid="hash">{hash}</code>
      </p>
      <div class="buttons">
        <button type="button" data-testid="copy-link" onClick={() => void copy()}>
          <span aria-live="polite">{say(label)}</span>
        </button>
        {files.map(({ format, text }) => (
          <button
            key={format}
            type="button"
            data-testid={`export-${format}`}
            onClick={() => send({ type: 'export', format })}
          >
            {say(text)}
          </button>
        ))}
      </div>
    </section>
  );
}

type Copied = 'share.copied' | 'share.copyByHand';

/** Copies the link if the page has a clipboard; over plain http it has none. @returns where the link is now */
async function copyToClipboard(link: string): Promise<Copied> {
  try {
    if (!('clipboard' in navigator)) return 'share.copyByHand';
    await navigator.clipboard.writeText(link);
    return 'share.copied';
  } catch {
    return 'share.copyByHand';
  }
}
