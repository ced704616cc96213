import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { type History, noHistory, withReports } from '../charts/history.js';
import type { Problem, Progress, Reply, Request, Settings, Walk } from '../protocol.js';
import { type Client, startClient } from '../run/client.js';
import type { Failure } from '../run/failure.js';
import { batchByFrame, type State } from './batch-by-frame.js';
import { saveFile } from './save-file.js';
import type { Opening } from './use-opening.js';

/** The run in the worker, as far as the page knows it. */
export interface Run {
  readonly problem: Problem | undefined;
  readonly progress: Progress | undefined;
  readonly history: History;
  /** The mini-batch that the page requested last. */
  readonly walk: Walk | undefined;
  /** What the page knew before this mini-batch. */
  readonly beforeWalk: Pick<Run, 'progress' | 'history'> | undefined;
  /** The prediction that the page requested last. */
  readonly answer: Float32Array | undefined;
  /** The trial and the check that the page requested last. */
  readonly tried: (Reply & { type: 'tried' }) | undefined;
  readonly checked: (Reply & { type: 'checked' }) | undefined;
  /** The diagnosis and the comparison that the page requested last. */
  readonly diagnosed: (Reply & { type: 'diagnosed' }) | undefined;
  readonly compared: (Reply & { type: 'compared' }) | undefined;
  /** Which columns matter, as the page requested last. */
  readonly explained: (Reply & { type: 'explained' }) | undefined;
  readonly failure: Failure | undefined;
  /** The settings that opened this run; `problem` belongs to them. */
  readonly settings: Settings | undefined;
}

const nothing: Run = {
  problem: undefined,
  progress: undefined,
  history: noHistory,
  walk: undefined,
  beforeWalk: undefined,
  answer: undefined,
  tried: undefined,
  checked: undefined,
  diagnosed: undefined,
  compared: undefined,
  explained: undefined,
  failure: undefined,
  settings: undefined,
};

/** Opens a run for each new opening, and follows the worker's replies. */
export function useRun(opening: Opening): [Run, (request: Request) => void] {
  const [run, setRun] = useState(nothing);
  const client = useRef<Client>(undefined);
  const asked = useRef({ opening, id: 0 });
  const send = useCallback((request: Request) => client.current?.send(request), []);

  useEffect(() => {
    const started = startClient();
    const take = batchByFrame((replies) =>
      setRun((old) => replies.reduce((run, reply) => afterReply(run, reply, asked.current), old)),
    );
    started.subscribe((reply) => {
      if (reply.type === 'exported')
        saveFile(reply.fileName, new Blob([reply.text], { type: reply.mimeType }));
      else take(reply);
    });
    client.current = started;
    return () => started.close();
  }, []);

  useEffect(() => {
    const id = asked.current.id + 1;
    asked.current = { opening, id };
    if (opening.settings.task === 'csv' && opening.csv === undefined) {
      // the user has not chosen a table yet, and the previous run must not play on unseen
      send({ type: 'pause' });
      setRun(nothing);
    } else send({ type: 'open', id, ...opening });
  }, [opening, send]);

  return [run, send];
}

interface Asked {
  readonly opening: Opening;
  readonly id: number;
}

function afterReply(run: Run, reply: State, { opening: { settings }, id }: Asked): Run {
  const isOfBefore = run.problem === undefined && reply.type !== 'opened' && reply.type !== 'failed';
  if (isOfBefore) return run;
  switch (reply.type) {
    case 'opened':
      // the page has asked for another run since
      if (reply.id !== id) return run;
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
      return {
        ...run,
        walk: reply.walk,
        beforeWalk: { progress: run.progress, history: run.history },
      };
    case 'answer':
      return { ...run, answer: reply.outputs };
    case 'tried':
      return { ...run, tried: reply };
    case 'checked':
      return { ...run, checked: reply };
    case 'diagnosed':
      return { ...run, diagnosed: reply };
    case 'compared':
      return { ...run, compared: reply };
    case 'explained':
      return { ...run, explained: reply };
    case 'failed':
      return {
        ...run,
        failure: reply,
        progress: run.progress === undefined ? undefined : { ...run.progress, isPlaying: false },
      };
  }
}
