import type { ComponentChildren } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { Boundary } from '../charts/boundary.js';
import { CsvPanel, type CsvPanelProps } from '../charts/csv-panel.js';
import { Curves } from '../charts/curves.js';
import { DrawBox } from '../charts/draw-box.js';
import type { Confusion, Csv, Problem, Progress, Request, TaskName } from '../protocol.js';
import type { Run } from './use-run.js';
import { nameOutputs, takesImages, type View } from './view.js';
import { say, sayFailure } from '../words/say.js';

interface ResultsProps extends Pick<CsvPanelProps, 'table' | 'onTable'> {
  readonly task: TaskName;
  readonly run: Run;
  /** The run as `useThrottledRun` returns it, for charts that take long to draw. */
  readonly throttledRun: Run;
  readonly view: View | undefined;
  readonly onCsv: (csv: Csv) => void;
  /** Stands between the result and the curves. */
  readonly slow: ComponentChildren;
  readonly send: (request: Request) => void;
}

/** What the network has learned so far, and its learning curves. */
export function Results(props: ResultsProps) {
  const { throttledRun } = props;
  const isThere = props.run.problem !== undefined;
  const curves = useMemo(
    () => (
      <Curves history={throttledRun.history} isRegression={throttledRun.problem?.isRegression === true} />
    ),
    [throttledRun],
  );
  return (
    <>
      {(isThere || props.task === 'csv') && (
        <section class="card">
          <h2>{say(props.task === 'csv' ? 'results.csv' : 'results.title')}</h2>
          <LiveResult {...props} />
        </section>
      )}
      {isThere && props.slow}
      {isThere && <section class="card">{curves}</section>}
    </>
  );
}

/** The plane, a box to draw a digit, or the user's table. */
function LiveResult({ task, run, view, table, onTable, onCsv, send }: ResultsProps) {
  const { problem, progress } = run;
  if (task === 'csv')
    return (
      <CsvPanel
        table={table}
        onTable={onTable}
        onCsv={onCsv}
        {...(run.failure === undefined ? {} : { error: sayFailure(run.failure) })}
      />
    );
  if (problem === undefined || progress === undefined) return null;
  if (takesImages(problem))
    return <Digit problem={problem} progress={progress} answer={run.answer} send={send} />;
  if (problem.points === undefined || progress.boundary === undefined) return null;
  return (
    <Boundary
      boundary={progress.boundary}
      points={problem.points}
      isRegression={problem.isRegression}
      {...(view?.walk.points === undefined ? {} : { marked: view.walk.points, current: view.sample })}
    />
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
  return (
    <DrawBox
      classNames={nameOutputs(problem)}
      testImages={images}
      onDigit={setDigit}
      {...(answer === undefined ? {} : { answer })}
    />
  );
}

function collectImages(confusion: Confusion | undefined): readonly Uint8Array[] {
  return confusion?.examples.flat(2) ?? [];
}
