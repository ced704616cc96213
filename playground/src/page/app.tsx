import { useMemo, useRef, useState } from 'preact/hooks';
import type { ChosenTable } from '../charts/csv-panel.js';
import { say, sayFailure, sayWith } from '../words/say.js';
import { Controls } from './controls/controls.js';
import { Details } from './details.js';
import { Change, Derivation } from './equations/derivation.js';
import { Stepper } from './equations/stepper.js';
import { whole } from '../format.js';
import { MOST_PARAMETERS } from '../run/link.js';
import { Header } from './header.js';
import { findSymbol, lightPath, lightSymbol, type MathSymbol } from './network/spotlight.js';
import { Network } from './network/picture.js';
import { Provenance } from './provenance.js';
import { Results } from './results.js';
import { Slow } from './slow/slow.js';
import { Tasks } from './tasks.js';
import { type Actions, Figures, Transport } from './transport.js';
import { useDiagnosis } from './use-diagnosis.js';
import { type Keys, useKeyboard } from './use-keyboard.js';
import { useCheck } from './use-check.js';
import { useScrollIntoView } from './use-scroll-into-view.js';
import { rememberLanguage, useLanguage } from './use-language.js';
import { type Opening, useOpening } from './use-opening.js';
import { useProjector } from './use-projector.js';
import { type Run, useRun } from './use-run.js';
import { useSubject } from './use-subject.js';
import { usePauseWhenHidden } from './use-pause-when-hidden.js';
import { useThrottledRun } from './use-throttled-run.js';
import { useTrial } from './use-trial.js';
import { useWalk } from './use-walk.js';
import { currentPhase, findSubject, readParameter } from './view.js';

export function App() {
  const {
    opening,
    messages,
    change,
    chooseTask,
    setCsv,
    reset,
    chooseLanguage,
    trainFrom,
    startWith,
    makeLink,
    ...address
  } = useOpening();
  const language = useLanguage(address.language);
  const [run, send] = useRun(opening);
  const walking = useWalk(run);
  const { view, shownRun } = walking;
  const trying = useTrial(run, send);
  // at rest, the picture shows the next sample
  const shown = view ?? trying.view;
  const asking = useSubject(shown);
  const check = useCheck(run, shown, asking.subject, send);
  const [asksWhy, setAsksWhy] = useState(false);
  const diagnosed = useDiagnosis(run, asksWhy, send);
  const [symbol, setSymbol] = useState<MathSymbol>();
  const phase = view && currentPhase(view);
  const explained = view && findSubject(view);
  const spotlight = asking.subject
    ? lightPath(asking.subject)
    : symbol && phase && lightSymbol(symbol, phase, explained);
  const pointedSymbol = asking.pointed && phase && findSymbol(phase, explained, asking.pointed);
  const [isProjecting, project, leaveProjector] = useProjector();
  const network = useRef<HTMLElement>(null);
  useScrollIntoView(network, view !== undefined);
  const { settings } = opening;
  const { problem, progress } = shownRun;
  // the user has not chosen a table yet
  const isMissing = settings.task === 'csv' && opening.csv === undefined;
  const isPlaying = progress?.isPlaying === true;
  const isAtRest = view === undefined && shown !== undefined;
  const isLinkable = trying.listParameters().length <= MOST_PARAMETERS;

  const { close, go } = walking;
  const actions = useMemo<Actions>(
    () => ({
      playOrPause: () => send({ type: isPlaying ? 'pause' : 'play' }),
      step: () => send({ type: 'step' }),
      epoch: () => {
        close();
        send({ type: 'epoch' });
      },
      reset,
    }),
    [close, isPlaying, reset, send],
  );
  const keys = useMemo<Keys>(() => {
    if (isMissing) return {};
    return {
      ' ': actions.playOrPause,
      s: actions.step,
      e: actions.epoch,
      r: actions.reset,
      p: project,
      Escape: leaveProjector,
      ArrowRight: () => go(1),
      ArrowLeft: () => go(-1),
    };
  }, [actions, go, isMissing, project, leaveProjector]);
  useKeyboard(keys);

  const [table, setTable] = useState<ChosenTable>();
  usePauseWhenHidden(isPlaying, send);
  const throttledRun = useThrottledRun(shownRun);
  const details = useMemo(() => <Details run={throttledRun} />, [throttledRun, language]);

  return (
    // another language replaces every element, so that no text stays in the old one
    <div class="page" key={language}>
      <Header
        language={language}
        onLanguage={(chosen) => {
          rememberLanguage(chosen);
          chooseLanguage(chosen);
        }}
      />
      <Tasks task={settings.task} onChoose={chooseTask} />
      <section class="bar" aria-label={say('region.training')}>
        <Transport isPlaying={isPlaying} isDisabled={isMissing} actions={actions} />
        <Figures problem={problem} progress={progress} history={shownRun.history} />
      </section>
      <Notices
        messages={
          run.failure === undefined || settings.task === 'csv'
            ? messages
            : [...messages, sayFailure(run.failure)]
        }
      />
      <main>
        <div class={isMissing ? 'columns missing' : 'columns'}>
          <div class="side stack">
            <section class="card" aria-label={say('region.settings')}>
              <Controls settings={settings} isRegression={problem?.isRegression === true} onChange={change} />
            </section>
            <Provenance
              task={settings.task}
              hash={progress?.hash ?? '–'}
              makeLink={() => makeLink(progress?.step ?? 0)}
              send={send}
              view={view}
              findPicture={() => network.current?.querySelector('.network-box')}
            />
          </div>
          <section ref={network} class="card scene" aria-label={say('region.network')}>
            <Network
              run={shownRun}
              view={shown}
              spotlight={spotlight}
              hold={walking.hold}
              isProjecting={isProjecting}
              pointed={asking.pointed ?? asking.subject}
              onPoint={asking.point}
              onChoose={(at) => {
                if (at.from === undefined && at.layer >= 0) walking.choose(at);
                asking.pin(at);
              }}
              editing={isAtRest ? { read: (at) => readParameter(shown, at), edit: trying.edit } : undefined}
              health={view === undefined ? diagnosed?.units : undefined}
              opening={isMissing ? undefined : describeOpening(opening, run)}
            />
            <Stepper
              view={view}
              derivation={
                shown !== undefined &&
                asking.subject !== undefined && (
                  <Derivation
                    view={shown}
                    at={asking.subject}
                    check={check}
                    onPoint={asking.point}
                    onChoose={asking.pin}
                  />
                )
              }
              change={
                isAtRest && (
                  <Change
                    view={shown}
                    at={asking.subject}
                    trying={trying}
                    read={(at) => readParameter(shown, at)}
                    onTrain={isLinkable ? () => trainFrom(trying.listParameters()) : undefined}
                  />
                )
              }
              isMissing={isMissing}
              settings={settings}
              isAuto={walking.isAuto}
              onGo={walking.go}
              onSample={walking.pickSample}
              onAuto={walking.setAuto}
              onClose={walking.close}
              hold={walking.hold}
              onScrub={walking.scrub}
              symbol={pointedSymbol}
              onSymbol={setSymbol}
            />
          </section>
          <div class="stack">
            <Results
              task={settings.task}
              run={shownRun}
              throttledRun={throttledRun}
              view={view}
              table={table}
              onTable={setTable}
              onCsv={setCsv}
              slow={
                <Slow
                  isOpen={asksWhy}
                  onToggle={() => setAsksWhy(!asksWhy)}
                  problem={problem}
                  start={opening}
                  diagnosed={diagnosed}
                  compared={run.compared}
                  onCompare={(id, cured) => send({ type: 'compare', id, cured })}
                  onApply={startWith}
                />
              }
              send={send}
            />
          </div>
        </div>
        {details}
      </main>
      <Help />
    </div>
  );
}

/** The status while the requested run is not ready yet: a link with many steps takes a while. */
function describeOpening({ settings, steps = 0 }: Opening, run: Run): string | undefined {
  if (run.settings === settings || run.failure !== undefined) return undefined;
  return steps > 0 ? say('opening.repeating', { steps: whole(steps) }) : say('opening.creating');
}

/** Errors, and how to fix them. */
function Notices({ messages }: { messages: readonly string[] }) {
  return (
    <div role="alert">
      {messages.map((message) => (
        <p key={message} class="failure">
          {message}
        </p>
      ))}
    </div>
  );
}

function Help() {
  return (
    <footer class="help">
      {sayWith('help.keys', {
        space: <kbd>{say('help.space')}</kbd>,
        s: <kbd>s</kbd>,
        e: <kbd>e</kbd>,
        r: <kbd>r</kbd>,
        left: <kbd>←</kbd>,
        right: <kbd>→</kbd>,
        p: <kbd>p</kbd>,
      })}{' '}
      {sayWith('help.notation', { book: <cite>{say('help.book')}</cite> })}
    </footer>
  );
}
