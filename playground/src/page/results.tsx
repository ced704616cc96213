import type { ComponentChildren } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { Boundary, type BoundaryProps } from '../charts/boundary.js';
import type { CsvPanelProps } from '../charts/csv-panel.js';
import type { Move } from '../drag.js';
import { Curves } from '../charts/curves.js';
import type { Confusion, Csv, Problem, Progress, Request, TaskName } from '../protocol.js';
import { Notices } from './notices.js';
import { useAtRest } from './use-at-rest.js';
import { usePart } from './use-part.js';
import type { Run } from './use-run.js';
import { currentPhase, nameOutputs, takesImages, type View } from './view.js';
import { say, sayFailure, sayFailures } from '../words/say.js';

const loadCsvPanel = () => import('../charts/csv-panel.js');
const loadImportance = () => import('../charts/importance.js');
const loadDrawBox = () => import('../charts/draw-box.js');

interface ResultsProps extends Pick<CsvPanelProps, 'table' | 'onTable'> {
  readonly task: TaskName;
  readonly run: Run;
  /** The run as `useThrottledRun` returns it, for charts that take long to draw. */
  readonly throttledRun: Run;
  readonly view: View | undefined;
  /** Moves the sample in view over the plane; undefined where it can't be changed. */
  readonly onMove: Move | undefined;
  readonly onCsv: (csv: Csv) => void;
  /** Stands between the result and the curves. */
  readonly slow: ComponentChildren;
  readonly send: (request: Request) => void;
  readonly hasResult: boolean;
  readonly hasCurves: boolean;
}

/** What the network has learned so far, and its learning curves. */
export function Results(props: ResultsProps) {
  const { throttledRun, task, hasResult, hasCurves } = props;
  const isThere = props.run.problem !== undefined;
  const { history, problem } = throttledRun;
  const curves = useMemo(
    () => <Curves history={history} isRegression={problem?.isRegression === true} />,
    [history, problem],
  );
  // the task of one neuron has no plane to show
  return (
    <>
      {hasResult && task !== 'neuron' && (isThere || task === 'csv') && (
        <section class="card">
          <h2>{say(task === 'csv' ? 'results.csv' : 'results.title')}</h2>
          <LiveResult {...props} />
        </section>
      )}
      {hasResult && isThere && task === 'csv' && <Columns run={props.run} send={props.send} />}
      {isThere && props.slow}
      {hasCurves && isThere && <section class="card">{curves}</section>}
    </>
  );
}

/** The plane, a box to draw a digit, or the user's table. */
function LiveResult({ task, run, view, onMove, table, onTable, onCsv, send }: ResultsProps) {
  const { problem, progress } = run;
  const marks = useMemo(() => view && markPoints(view), [view]);
  if (task === 'csv') return <Table {...{ run, table, onTable, onCsv }} />;
  if (problem === undefined || progress === undefined) return null;
  if (takesImages(problem))
    return <Digit problem={problem} progress={progress} answer={run.answer} send={send} />;
  if (problem.points === undefined || progress.boundary === undefined) return null;
  return (
    <Boundary
      boundary={progress.boundary}
      points={problem.points}
      isRegression={problem.isRegression}
      {...marks}
      {...(onMove && { onMove })}
    />
  );
}

/** The points of the mini-batch; at rest only that of the sample. */
function markPoints(view: View): Pick<BoundaryProps, 'marked' | 'current'> {
  const {
    walk: { points },
    sample,
  } = view;
  if (points === undefined) return {};
  if (currentPhase(view).name !== 'rest') return { marked: points, current: sample };
  return { marked: points.subarray(2 * sample, 2 * sample + 2), current: 0 };
}

/** The user's table. */
function Table({ run: { failure }, ...choice }: Pick<ResultsProps, 'run' | 'table' | 'onTable' | 'onCsv'>) {
  const { part, failure: loadFailure } = usePart(loadCsvPanel, true);
  if (part === undefined) return <Notices messages={sayFailures(loadFailure)} />;
  return <part.CsvPanel {...choice} {...(failure && { error: sayFailure(failure) })} />;
}

/** Which columns of the table matter to the trained network, whenever it rests. */
function Columns({ run, send }: { readonly run: Run; readonly send: (request: Request) => void }) {
  const isTrained = (run.progress?.step ?? 0) > 0;
  useAtRest(run, isTrained, run.explained, (id) => send({ type: 'explain', id }));
  const importance = isTrained ? run.explained?.importance : undefined;
  const { part, failure } = usePart(loadImportance, importance !== undefined);
  return (
    <>
      {failure !== undefined && <Notices messages={sayFailures(failure)} />}
      {importance !== undefined && part !== undefined && (
        <section class="card">
          <h2>{say('importance.title')}</h2>
          <part.ImportanceBars importance={importance} />
        </section>
      )}
    </>
  );
}

interface DigitProps {
  readonly problem: Problem;
  readonly progress: Progress;
  readonly answer: Float32Array | undefined;
  readonly send: (request: Request) => void;
}

/** A box to draw in. The network predicts again whenever its weights have changed. */
function Digit({ problem, progress: { confusion, hash }, answer, send }: DigitProps) {
  const [digit, setDigit] = useState<Float32Array>();
  useEffect(() => {
    if (digit !== undefined) send({ type: 'ask', inputs: digit });
  }, [digit, hash, send]);
  // keep the images while the run stays the same
  const images = useMemo(() => collectImages(confusion), [problem]);
  const { part, failure } = usePart(loadDrawBox, true);
  if (part === undefined) return <Notices messages={sayFailures(failure)} />;
  return (
    <part.DrawBox
      classNames={nameOutputs(problem)}
      testImages={images}
      onDigit={setDigit}
      {...(answer === undefined ? {} : { answer })}
      onFollow={(inputs, label) => send({ type: 'follow', inputs, label })}
    />
  );
}

function collectImages(confusion: Confusion | undefined): readonly Uint8Array[] {
  return confusion?.examples.flat(2) ?? [];
}
