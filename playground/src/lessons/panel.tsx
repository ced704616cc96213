import { useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import { layerName } from '../format.js';
import { LoadFailure } from '../page/notices.js';
import { usePart } from '../page/use-part.js';
import type { View } from '../page/view.js';
import type { Opening } from '../page/use-opening.js';
import type { Stage } from '../page/stage.js';
import { type LessonName, lessonNames, type Region, regionNames } from '../run/choices.js';
import type { LessonWords } from '../words/lessons-en.js';
import { type Language, say } from '../words/say.js';
import { LayerBars } from './layer-bars.js';
import { lessons, type Question, type Step } from './lessons.js';
import { move, type Move, type Place, start } from './moves.js';
import { fillNumbers, findParameter, lightNames } from './symbols.js';
import { TwoRuns } from './two-runs.js';
import './panel.css';

export interface PanelProps {
  readonly lesson: LessonName;
  readonly language: Language;
  readonly place: Place | undefined;
  readonly onPlace: (place: Place) => void;
  /** The numbers of the network; undefined while it opens. */
  readonly view: View | undefined;
  readonly onStage: (stage: Stage) => void;
  readonly onRun: (run: Opening) => void;
  /** Opens another lesson; undefined ends them. */
  readonly onLesson: (lesson: LessonName | undefined) => void;
}

const always: readonly Region[] = ['header', 'tasks', 'equations'];

/** One step of a lesson: a text, perhaps a question, and the way to the other steps. */
export function Panel(props: PanelProps) {
  const { lesson, language, place = start, onPlace, view, onStage, onRun, onLesson } = props;
  const steps = lessons[lesson];
  const step = steps[place.step]!;
  const isAsking = step.ask !== undefined && !place.isRevealed;
  const stage = useMemo(() => makeStage(step, isAsking), [step, isAsking]);
  // before the page is painted, so that no step shows the numbers of another
  useLayoutEffect(() => onStage(stage), [stage, onStage]);
  useRunOf(step, onRun);
  // another language mounts another panel
  const { part, failure } = usePart(loaders[language], true);
  if (failure !== undefined) return <LoadFailure failure={failure} />;
  if (part === undefined) return null;
  const { words } = part;

  const go = (action: Move): void =>
    onPlace(
      move(
        place,
        action,
        steps.map(({ ask }) => ask !== undefined),
      ),
    );
  const key = `${lesson}.${place.step + 1}` as keyof LessonWords;
  const wordsFor = (suffix: '' | '.ask' | '.why'): string => {
    return fillNumbers(words[`${key}${suffix}` as keyof LessonWords], view);
  };
  const isLast = place.step === steps.length - 1;
  const following = lessonNames[lessonNames.indexOf(lesson) + 1];
  return (
    <div class="lesson" data-testid="lesson" data-step={place.step + 1} data-steps={steps.length}>
      <header>
        <h2>{say(`lesson.${lesson}`)}</h2>
        <button
          type="button"
          class="quiet"
          data-testid="lesson-end"
          aria-label={words.end}
          onClick={() => onLesson(undefined)}
        >
          ✕
        </button>
      </header>
      <progress value={place.step + 1} max={steps.length} aria-label={words.progress} />
      <div class="lesson-text" aria-live="polite">
        {wordsFor('')
          .split('\n')
          .map((paragraph) => (
            <p key={paragraph}>{paragraph}</p>
          ))}
        {step.ask !== undefined && (
          <Ask
            question={step.ask}
            text={wordsFor('.ask')}
            why={wordsFor('.why')}
            words={words}
            view={view}
            place={place}
            onPick={(option) => go({ type: 'pick', option })}
          />
        )}
      </div>
      {!isAsking && step.figure === 'layers' && view !== undefined && (
        <LayerBars view={view} title={words.layers} />
      )}
      {!isAsking && step.figure === 'runs' && <TwoRuns words={words} />}
      <div class="lesson-bar">
        <button
          type="button"
          data-testid="lesson-back"
          aria-disabled={place.step === 0}
          onClick={() => go({ type: 'back' })}
        >
          ← {words.back}
        </button>
        <button
          type="button"
          class="strong"
          data-testid="lesson-next"
          aria-disabled={isAsking && place.picked === undefined}
          onClick={() => (isLast && !isAsking ? onLesson(following) : go({ type: 'next' }))}
        >
          {isAsking ? words.check : !isLast ? words.next : following ? words.nextLesson : words.end} →
        </button>
      </div>
    </div>
  );
}

interface AskProps {
  readonly question: Question;
  readonly text: string;
  readonly why: string;
  readonly words: LessonWords;
  readonly view: View | undefined;
  readonly place: Place;
  readonly onPick: (option: number) => void;
}

/** A question to answer before the page shows the numbers. */
function Ask({ question, text, why, words, view, place: { picked, isRevealed }, onPick }: AskProps) {
  const right = view === undefined ? undefined : question.right(view);
  const layers = view?.problem.activations ?? [];
  const options =
    question.options === 'layers'
      ? layers.map((_, layer) => layerName(layer, layers.length))
      : question.options.map((name) => (words as Record<string, string>)[`option.${name}`] ?? name);
  return (
    <fieldset class="ask" data-testid="lesson-question" data-right={right} disabled={isRevealed}>
      <legend>{text}</legend>
      {options.map((option, i) => (
        <label key={option} class={isRevealed && i === right ? 'right' : ''}>
          <input type="radio" name="answer" checked={picked === i} onChange={() => onPick(i)} />
          {option}
        </label>
      ))}
      {isRevealed && (
        <p class="why" data-testid="lesson-why">
          {picked !== undefined && <b>{picked === right ? words.right : words.wrong} </b>}
          {why}
        </p>
      )}
    </fieldset>
  );
}

function makeStage({ phase, layer, explain, light, isBlank, allow = [] }: Step, isAsking: boolean): Stage {
  const allowed = isAsking ? allow.filter((region) => region !== 'numbers') : allow;
  return {
    stop: { phase, layer, at: explain === undefined ? undefined : findParameter(explain) },
    hidden: regionNames.filter((region) => !always.includes(region) && !allowed.includes(region)),
    light: light === undefined ? undefined : lightNames(light),
    isBlank: isAsking || isBlank === true,
  };
}

/** Opens the run of a step. A network at rest opens again, because a walk trains a step. */
function useRunOf({ run, phase }: Step, onRun: (run: Opening) => void): void {
  const opened = useRef<Opening>(undefined);
  useLayoutEffect(() => {
    if (opened.current === run && phase !== 'rest') return;
    opened.current = run;
    onRun({ ...run, settings: { ...run.settings } });
  }, [run, phase, onRun]);
}

const loadEnglish = () => import('../words/lessons-en.js');
const loaders = {
  en: loadEnglish,
  // English takes the place of a language that fails to load
  zh: () => import('../words/lessons-zh.js').catch(loadEnglish),
};
