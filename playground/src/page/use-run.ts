import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { type History, noHistory, withReports } from '../charts/history';
import type { Csv, Problem, Progress, Reply, Request, Settings, Walk } from '../protocol';
import { saveText } from './save-text';

/** What the page knows of the run in the worker. */
export interface Run {
  readonly problem: Problem | undefined;
  readonly progress: Progress | undefined;
  readonly history: History;
  /** The mini-batch that was asked for last. */
  readonly walk: Walk | undefined;
  /** What the network makes of the inputs that were asked about last. */
  readonly answer: Float32Array | undefined;
  readonly failure: string | undefined;
  /** What this run was opened with: `problem` belongs to it. */
  readonly settings: Settings | undefined;
}

const nothing: Run = {
  problem: undefined,
  progress: undefined,
  history: noHistory,
  walk: undefined,
  answer: undefined,
  failure: undefined,
  settings: undefined,
};

export interface Opening {
  readonly settings: Settings;
  readonly csv?: Csv;
  readonly steps?: number;
}

/** The run of an opening: opened again whenever it is another. */
export function useRun(opening: Opening): [Run, (request: Request) => void] {
  const [run, setRun] = useState(nothing);
  const worker = useRef<Worker>(undefined);
  const asked = useRef(opening);
  const send = useCallback((request: Request) => worker.current?.postMessage(request), []);

  useEffect(() => {
    const made = new Worker(new URL('../run/worker.ts', import.meta.url), { type: 'module' });
    made.onmessage = ({ data }: MessageEvent<Reply>) => {
      if (data.type === 'exported') saveText(data.fileName, data.mimeType, data.text);
      else setRun((old) => afterReply(old, data, asked.current.settings));
    };
    made.onerror = ({ message }) => setRun((old) => ({ ...old, failure: message }));
    worker.current = made;
    return () => made.terminate();
  }, []);

  useEffect(() => {
    asked.current = opening;
    send({ type: 'open', ...opening });
  }, [opening, send]);

  return [run, send];
}

function afterReply(run: Run, reply: Exclude<Reply, { type: 'exported' }>, settings: Settings): Run {
  switch (reply.type) {
    case 'opened':
      return {
        ...nothing,
        settings,
        problem: reply.problem,
        progress: reply.progress,
        history: withReports(noHistory, reply.progress.reports),
      };
    case 'progress':
      return {
        ...run,
        failure: undefined,
        progress: reply.progress,
        history: withReports(run.history, reply.progress.reports),
      };
    case 'walk':
      return { ...run, walk: reply.walk };
    case 'answer':
      return { ...run, answer: reply.outputs };
    case 'failed':
      return { ...run, failure: reply.message };
  }
}
