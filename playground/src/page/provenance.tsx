import { useState } from 'preact/hooks';
import { loaded, toFailure } from '../run/failure.js';
import type { Request, TaskName } from '../protocol.js';
import { percent } from '../format.js';
import { say, sayFailure } from '../words/say.js';
import { useFilm } from './film/use-film.js';
import { Notices } from './notices.js';
import { saveFile } from './save-file.js';
import type { View } from './view.js';

interface ProvenanceProps {
  readonly task: TaskName;
  readonly hash: string;
  /** Returns the address that repeats this run up to its current step. */
  readonly makeLink: () => string;
  readonly send: (request: Request) => void;
  /** The mini-batch to save as Python. */
  readonly view: View | undefined;
  /** The sample to print a worksheet of: that of the walk, or the next one. */
  readonly shown: View | undefined;
  /** Goes to a phase of the walk and a time in it. */
  readonly onScrub: (position: number) => void;
  /** The element that holds the picture of the network. */
  readonly findPicture: () => Element | null | undefined;
}

const files = [
  { format: 'json', text: 'share.saveJson' },
  { format: 'code', text: 'share.saveCode' },
] as const;

/**
 * Exports of the run: its link, its weights as JSON or code, the picture, a mini-batch as Python, and the hash by which two runs
 * compare.
 */
export function Provenance({
  task,
  hash,
  makeLink,
  send,
  view,
  shown,
  onScrub,
  findPicture,
}: ProvenanceProps) {
  const [problem, setProblem] = useState('');
  const [label, setLabel] = useState<'share.copy' | Copied>('share.copy');
  const copy = async (): Promise<void> => {
    const link = makeLink();
    history.replaceState(null, '', link);
    setLabel(await copyToClipboard(link));
    setTimeout(() => setLabel('share.copy'), 2000);
  };
  const filming = useFilm(view, onScrub);
  /** @param make returns undefined if the user has stopped it */
  const save = (ending: string, make: () => Promise<Blob | undefined>): void => {
    setProblem('');
    make().then(
      (content) => content && saveFile(`bp4-${task}.${ending}`, content),
      (reason: unknown) => setProblem(sayFailure(toFailure(reason))),
    );
  };
  const savePicture = (ending: 'svg' | 'png'): void =>
    save(ending, async () => {
      const { pictureAsPNG, pictureAsSVG } = await loaded(import('./save-picture.js'));
      return ending === 'png' ? pictureAsPNG(findPicture()!) : pictureAsSVG(findPicture()!);
    });
  const savePython = (shown: View): void =>
    save('py', async () => {
      const { writePythonCell } = await loaded(import('./python-cell.js'));
      return new Blob([writePythonCell(shown)], { type: 'text/x-python' });
    });
  const printSheet = (isKey: boolean): void => {
    setProblem('');
    loaded(import('./worksheet.js')).then(
      ({ printWorksheet }) => printWorksheet(shown!, isKey, makeLink()),
      (reason: unknown) => setProblem(sayFailure(toFailure(reason))),
    );
  };
  const isSmall = shown !== undefined && countNumbers(shown) <= MOST_ON_PAPER;
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
        {(['svg', 'png'] as const).map((ending) => (
          <button
            key={ending}
            type="button"
            data-testid={`picture-${ending}`}
            onClick={() => savePicture(ending)}
          >
            {say('share.picture', { format: ending.toUpperCase() })}
          </button>
        ))}
        <button
          type="button"
          class="wide"
          data-testid="export-python"
          disabled={view === undefined}
          title={view === undefined ? say('share.needsStep') : undefined}
          onClick={() => view !== undefined && savePython(view)}
        >
          {say('share.python')}
        </button>
        <button
          type="button"
          class="wide"
          data-testid="film"
          disabled={view === undefined}
          title={view === undefined ? say('share.needsStep') : undefined}
          onClick={() => {
            if (filming.share !== undefined) filming.stop();
            else if (view !== undefined) save('gif', () => filming.film(view, findPicture()!));
          }}
        >
          {filming.share === undefined
            ? say('share.film')
            : say('share.filming', { share: percent(filming.share) })}
        </button>
        {(['worksheet', 'key'] as const).map((kind) => (
          <button
            key={kind}
            type="button"
            data-testid={`print-${kind}`}
            disabled={!isSmall}
            title={isSmall ? undefined : say('share.tooLarge')}
            onClick={() => printSheet(kind === 'key')}
          >
            {say(`share.${kind}`)}
          </button>
        ))}
      </div>
      <Notices messages={problem === '' ? [] : [problem]} />
    </section>
  );
}

/** The most weights and biases of a network whose worksheet fits on a page or two. */
const MOST_ON_PAPER = 40;

function countNumbers({ walk }: View): number {
  return walk.before.reduce((sum, { weights, biases }) => sum + weights.length + biases.length, 0);
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
