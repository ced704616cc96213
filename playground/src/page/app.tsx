import { useMemo, useRef, useState } from 'preact/hooks';
import type { ChosenTable } from '../charts/csv-panel.js';
import { say, sayFailures, sayWith } from '../words/say.js';
import { Controls } from './controls/controls.js';
import { Change, Derivation, MapAlone } from './equations/derivation.js';
import { Stepper } from './equations/stepper.js';
import { whole } from '../format.js';
import type { Region } from '../run/choices.js';
import { MOST_PARAMETERS } from '../run/link.js';
import { Header } from './header.js';
import { findSymbol, lightPath, lightSymbol, type MathSymbol } from './network/spotlight.js';
import { Network } from './network/picture.js';
import { readMap } from './network/unit-maps.js';
import { LoadFailure, Notices } from './notices.js';
import { Provenance } from './provenance.js';
import { Results } from './results.js';
import { Slow } from './slow/slow.js';
import { Tasks } from './tasks.js';
import { type Actions, Figures, Transport } from './transport.js';
import { listHidden } from './stage.js';
import { useDiagnosis } from './use-diagnosis.js';
import { type Keys, useKeyboard } from './use-keyboard.js';
import { useCheck } from './use-check.js';
import { useScrollIntoView } from './use-scroll-into-view.js';
import { rememberLanguage, useLanguage } from './use-language.js';
import { useLesson } from './use-lesson.js';
import { type Opening, useOpening } from './use-opening.js';
import { usePart } from './use-part.js';
import { useProjector } from './use-projector.js';
import { useRun } from './use-run.js';
import { isAt, useStop } from './use-stop.js';
import { useSubject } from './use-subject.js';
import { usePauseWhenHidden } from './use-pause-when-hidden.js';
import { useThrottledRun } from './use-throttled-run.js';
import { useTrial } from './use-trial.js';
import { useWalk } from './use-walk.js';
import { currentPhase, findSubject, readParameter, takeStop } from './view.js';

const loadDetails = () => import('./details.js');

export function App() {
  const {
    opening,
    shown: linked,
    messages,
    change,
    chooseTask,
    setCsv,
    reset,
    chooseLanguage,
    openRun,
    chooseLesson,
    trainFrom,
    makeLink,
    ...address
  } = useOpening();
  const language = useLanguage(address.language);
  const teaching = useLesson(linked.lesson);
  const { stage } = teaching;
  const hidden = useMemo(() => listHidden(linked, stage), [linked, stage]);
  const shows = (region: Region): boolean => !hidden.has(region);
  const stop = stage?.stop ?? linked;
  const isBlank = stage?.isBlank === true;
  const [run, send] = useRun(opening);
  const isOpen = run.settings === opening.settings;
  const walking = useWalk(run, stop);
  useStop(stop, run, isOpen, send);
  const { view, shownRun } = walking;
  const trying = useTrial(run, send);
  // at rest, the picture shows the next sample
  const shown = view ?? trying.view;
  const given = shown !== undefined && isAt(stop, shown) ? stop.at : undefined;
  const asking = useSubject(shown, given);
  const check = useCheck(run, shown, asking.subject, send);
  const { maps } = walking.shownRun.progress ?? {};
  const pointedUnit = asking.subject ?? asking.pointed;
  const map =
    maps && pointedUnit && pointedUnit.layer >= 0
      ? readMap(maps, pointedUnit.layer, pointedUnit.unit)
      : undefined;
  const [asksWhy, setAsksWhy] = useState(false);
  const diagnosed = useDiagnosis(run, asksWhy, send);
  const [symbol, setSymbol] = useState<MathSymbol>();
  const phase = view && currentPhase(view);
  const explained = view && findSubject(view);
  const pathOf = asking.pointed ?? (stage?.light ? undefined : asking.subject);
  const spotlight = pathOf
    ? lightPath(pathOf)
    : ((symbol && phase && lightSymbol(symbol, phase, explained)) ?? stage?.light);
  const pointedSymbol = asking.pointed && phase && findSymbol(phase, explained, asking.pointed);
  const [isProjecting, project, leaveProjector] = useProjector();
  const network = useRef<HTMLElement>(null);
  // a lesson keeps its text in view
  useScrollIntoView(network, view !== undefined && linked.lesson === undefined);
  const { settings } = opening;
  const { problem, progress } = shownRun;
  // the user has not chosen a table yet
  const isMissing = settings.task === 'csv' && opening.csv === undefined;
  const isPlaying = progress?.isPlaying === true;
  const isAtRest = view === undefined && shown !== undefined && shows('edit');
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
      ...(!hidden.has('training') && {
        ' ': actions.playOrPause,
        s: actions.step,
        e: actions.epoch,
        r: actions.reset,
      }),
      p: project,
      Escape: leaveProjector,
      ...(!hidden.has('walk') && { ArrowRight: () => go(1), ArrowLeft: () => go(-1) }),
    };
  }, [actions, go, hidden, isMissing, project, leaveProjector]);
  useKeyboard(keys);

  const [table, setTable] = useState<ChosenTable>();
  usePauseWhenHidden(isPlaying, send);
  const throttledRun = useThrottledRun(shownRun);
  const { part: below, failure: detailsFailure } = usePart(loadDetails, shows('details'));
  const details = useMemo(
    () => below !== undefined && <below.Details run={throttledRun} />,
    [below, throttledRun, language],
  );

  return (
    // another language replaces every element, so that no text stays in the old one
    <div class="page" key={language}>
      {shows('header') && (
        <Header
          language={language}
          onLanguage={(chosen) => {
            rememberLanguage(chosen);
            chooseLanguage(chosen);
          }}
        />
      )}
      {shows('tasks') && (
        <Tasks task={settings.task} onChoose={chooseTask} lesson={linked.lesson} onLesson={chooseLesson} />
      )}
      {shows('training') && (
        <section class="bar" aria-label={say('region.training')}>
          <Transport isPlaying={isPlaying} isDisabled={isMissing} actions={actions} />
          <Figures problem={problem} progress={progress} history={shownRun.history} />
        </section>
      )}
      <Notices
        messages={[
          ...messages,
          ...sayFailures(settings.task === 'csv' ? undefined : run.failure, detailsFailure),
        ]}
      />
      <main>
        {(isProjecting || !shows('header')) && <h1 class="unseen">{say('header.title')}</h1>}
        <div class={`columns${isMissing ? ' missing' : ''}${linked.lesson === undefined ? '' : ' teaching'}`}>
          {linked.lesson !== undefined && (
            <section class="card lesson-card" aria-label={say('region.lessons')}>
              {teaching.failure !== undefined && <LoadFailure failure={teaching.failure} />}
              {teaching.Panel !== undefined && (
                <teaching.Panel
                  key={linked.lesson}
                  lesson={linked.lesson}
                  language={language}
                  place={teaching.place}
                  onPlace={teaching.setPlace}
                  view={isOpen ? shown : undefined}
                  onStage={teaching.setStage}
                  onRun={openRun}
                  onLesson={chooseLesson}
                />
              )}
            </section>
          )}
          {(shows('settings') || shows('share')) && (
            <div class="side stack">
              {shows('settings') && (
                <section class="card" aria-label={say('region.settings')}>
                  <Controls
                    settings={settings}
                    isRegression={problem?.isRegression === true}
                    onChange={change}
                  />
                </section>
              )}
              {shows('share') && (
                <Provenance
                  task={settings.task}
                  hash={progress?.hash ?? '–'}
                  makeLink={() =>
                    view === undefined
                      ? makeLink(progress?.step ?? 0)
                      : makeLink(view.walk.step - 1, takeStop(view))
                  }
                  send={send}
                  view={view}
                  shown={shown}
                  onScrub={walking.scrub}
                  findPicture={() => network.current?.querySelector('.network-box')}
                />
              )}
            </div>
          )}
          <section ref={network} class="card scene" aria-label={say('region.network')}>
            <Network
              run={shownRun}
              view={shown}
              spotlight={spotlight}
              hold={walking.hold}
              isProjecting={isProjecting}
              isBlank={isBlank}
              pointed={asking.pointed ?? asking.subject}
              onPoint={asking.point}
              onChoose={(at) => {
                if (at.from === undefined && at.layer >= 0) walking.choose(at);
                asking.pin(at);
              }}
              editing={isAtRest ? { read: (at) => readParameter(shown, at), edit: trying.edit } : undefined}
              health={view === undefined ? diagnosed?.units : undefined}
              opening={isMissing ? undefined : describeOpening(opening, isOpen, run.failure !== undefined)}
            />
            <Stepper
              view={view}
              hasStep={shows('training')}
              hasControls={shows('walk')}
              hasNumbers={shows('numbers')}
              hasEquations={shows('equations')}
              derivation={
                shown !== undefined && !isBlank && asking.subject !== undefined ? (
                  <Derivation
                    view={shown}
                    at={asking.subject}
                    check={check}
                    map={map}
                    onPoint={asking.point}
                    onChoose={asking.pin}
                  />
                ) : (
                  map !== undefined && !isBlank && <MapAlone map={map} />
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
          {(shows('results') || shows('curves')) && (
            <div class="stack">
              <Results
                task={settings.task}
                run={shownRun}
                throttledRun={throttledRun}
                view={shown}
                onMove={isAtRest ? trying.move : undefined}
                table={table}
                onTable={setTable}
                onCsv={setCsv}
                slow={
                  shows('curves') && (
                    <Slow
                      isOpen={asksWhy}
                      onToggle={() => setAsksWhy(!asksWhy)}
                      problem={problem}
                      start={opening}
                      diagnosed={diagnosed}
                      compared={run.compared}
                      onCompare={(id, cured) => send({ type: 'compare', id, cured })}
                      onApply={openRun}
                    />
                  )
                }
                send={send}
                hasResult={shows('results')}
                hasCurves={shows('curves')}
              />
            </div>
          )}
        </div>
        {shows('details') && details}
      </main>
      {shows('help') && <Help />}
    </div>
  );
}

/** The status while the requested run is not ready yet: a link with many steps takes a while. */
function describeOpening({ steps = 0 }: Opening, isOpen: boolean, hasFailed: boolean): string | undefined {
  if (isOpen || hasFailed) return undefined;
  return steps > 0 ? say('opening.repeating', { steps: whole(steps) }) : say('opening.creating');
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
