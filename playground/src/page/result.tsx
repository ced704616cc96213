import { Boundary } from '../charts/boundary';
import { CsvPanel } from '../charts/csv-panel';
import { DrawBox } from '../charts/draw-box';
import type { Csv, TaskName } from '../protocol';
import type { Run } from './use-run';
import type { View } from './view';

interface ResultProps {
  readonly task: TaskName;
  readonly run: Run;
  readonly view: View | undefined;
  readonly csv: Csv | undefined;
  readonly onCsv: (csv: Csv) => void;
  readonly onAsk: (inputs: Float32Array) => void;
}

/** What the network has learnt so far: the plane, a digit drawn by hand, or a table of one's own. */
export function Result({ task, run, view, csv, onCsv, onAsk }: ResultProps) {
  if (task === 'csv') return <CsvPanel csv={csv} onChange={onCsv} />;
  if (task === 'digits') return <DrawBox outputs={run.answer} onDraw={onAsk} />;
  const points = run.problem?.points;
  const boundary = run.progress?.boundary;
  if (points === undefined || boundary === undefined) return <div class="square" />;
  return (
    <Boundary
      boundary={boundary}
      points={points}
      {...(view === undefined ? {} : { marked: view.walk.inputs })}
    />
  );
}
