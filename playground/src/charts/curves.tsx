import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import uPlot from 'uplot';
import { say } from '../words/say.js';
import 'uplot/dist/uPlot.min.css';
import { percent, precise, whole } from '../format.js';
import type { Report } from '../protocol.js';
import { lastEpochShown, type History } from './history.js';
import { useColors, type Colors } from './colors.js';
import './curves.css';

export interface CurvesProps {
  readonly history: History;
  /** A regression has no accuracy, so only the loss is drawn. */
  readonly isRegression: boolean;
}

/** The contents of one chart. */
interface Figure {
  readonly title: 'curves.loss' | 'curves.accuracy';
  readonly training: (report: Report) => number;
  readonly test: (report: Report) => number;
  readonly write: (value: number) => string;
  /** Formats a value on the axis. */
  readonly tick: (value: number) => string;
  /** The ends of the axis, from the least and the largest value of the data. */
  readonly range: (low: number, high: number) => [number, number];
}

const loss: Figure = {
  title: 'curves.loss',
  training: (report) => report.loss,
  test: (report) => report.testLoss,
  write: precise,
  tick: (value) => String(Number(value.toPrecision(3))),
  range: (_, high) => [0, high > 0 ? 1.05 * high : 1],
};

const accuracy: Figure = {
  title: 'curves.accuracy',
  training: (report) => report.accuracy,
  test: (report) => report.testAccuracy,
  write: percent,
  tick: (share) => `${Math.round(100 * share)}%`,
  // starts at the tenth below the least value, so that 97% and 98% differ visibly
  range: (low) => [Math.max(0, Math.min(0.9, Math.floor(10 * low) / 10)), 1],
};

/** Height of a chart divided by its width. */
const ASPECT = 0.5;

/**
 * Loss and accuracy on the training and test data: two charts over the same epochs. Fills the width of its container; the
 * height depends only on the width.
 */
export function Curves({ history, isRegression }: CurvesProps): JSX.Element {
  const [pointed, setPointed] = useState<number>();
  const at = history.points.find(({ epoch }) => epoch === pointed);
  const step = (event: KeyboardEvent): void => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const last = history.points.length - 1;
    if (!by || last < 0) return;
    event.preventDefault();
    const from = at ? history.points.indexOf(at) : last;
    setPointed(history.points[Math.min(last, Math.max(0, from + by))]!.epoch);
  };
  return (
    <div
      class="curves"
      role="application"
      aria-label={say('curves.title')}
      tabIndex={0}
      onKeyDown={step}
      onBlur={() => setPointed(undefined)}
    >
      {[loss, ...(isRegression ? [] : [accuracy])].map((figure) => (
        <Chart key={figure.title} figure={figure} history={history} at={at} point={setPointed} />
      ))}
    </div>
  );
}

/** In CSS pixels. */
type Size = Pick<uPlot.Options, 'width' | 'height'>;

interface ChartProps {
  readonly figure: Figure;
  readonly history: History;
  /** The selected epoch, the same in all charts. */
  readonly at: Report | undefined;
  readonly point: (epoch: number | undefined) => void;
}

function Chart({ figure, history, at, point }: ChartProps): JSX.Element {
  const colors = useColors();
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const shown = at ?? history.points.at(-1);

  // creates the chart once, and again if the colors change; new reports only replace its data
  useLayoutEffect(() => {
    const container = place.current!;
    const measure = (): Size => ({
      width: container.clientWidth,
      height: Math.round(ASPECT * container.clientWidth),
    });
    const chart = new uPlot(buildOptions(figure, colors, measure()), toChartData(figure, history), container);
    plot.current = chart;
    const observer = new ResizeObserver(() => chart.setSize(measure()));
    observer.observe(container);
    return () => {
      observer.disconnect();
      chart.destroy();
    };
  }, [figure, colors]);
  useEffect(() => plot.current!.setData(toChartData(figure, history)), [figure, history]);
  useEffect(() => {
    const chart = plot.current!;
    const left = at ? chart.valToPos(at.epoch, 'x') : -1;
    if (chart.cursor.left !== left) chart.setCursor({ left, top: at ? 0 : -1 }, false);
  }, [at, history]);

  // the pointer selects the nearest epoch in every chart
  const pointAt = ({ clientX }: PointerEvent): void => {
    const chart = plot.current!;
    const { left, width } = chart.over.getBoundingClientRect();
    const isInside = clientX >= left && clientX <= left + width;
    point(isInside ? chart.data[0][chart.posToIdx(clientX - left)] : undefined);
  };
  const written = (read: (report: Report) => number): string => (shown ? figure.write(read(shown)) : '–');
  const when = shown ? say('curves.epoch', { epoch: whole(shown.epoch) }) : say('curves.noEpoch');
  const title = say(figure.title);
  const [training, test] = [written(figure.training), written(figure.test)];
  return (
    <figure>
      <figcaption>
        <h3>{title}</h3>
        <span class="curves-epoch">{when}</span>
        <Key name="training" value={training} />
        <Key name="test" value={test} />
      </figcaption>
      <div
        ref={place}
        class="curves-plot"
        role="img"
        aria-label={say('curves.summary', { title, epoch: when, training, test })}
        onPointerMove={pointAt}
        onPointerDown={pointAt}
        onPointerLeave={() => point(undefined)}
      />
    </figure>
  );
}

/** A legend entry: line style, name and value. */
function Key({ name, value }: { readonly name: 'training' | 'test'; readonly value: string }): JSX.Element {
  return (
    <span class={`curves-key curves-${name}`}>
      <svg width="24" height="8" aria-hidden="true">
        <path d="M0 4h24" />
      </svg>
      {say(`curves.${name}`)} <b>{value}</b>
    </span>
  );
}

const toChartData = ({ training, test }: Figure, { points }: History): uPlot.AlignedData => [
  points.map(({ epoch }) => epoch),
  points.map(training),
  points.map(test),
];

/** 1, 2, 5, 10, …: the axis has no fractional epochs. */
const wholeSteps = Array.from({ length: 24 }, (_, i) => [1, 2, 5][i % 3]! * 10 ** Math.floor(i / 3));

/** Turns off uPlot's own mouse handling, which would move the cursor in one chart only. */
const deaf = Object.fromEntries(
  ['mousedown', 'mouseup', 'click', 'dblclick', 'mousemove', 'mouseleave', 'mouseenter'].map((event) => [
    event,
    () => null,
  ]),
);

function buildOptions(figure: Figure, colors: Colors, size: Size): uPlot.Options {
  const axis = {
    stroke: colors.faint,
    font: `13px ${colors.font}`,
    grid: { stroke: colors.line, width: 1 },
    ticks: { show: false },
  };
  const line = { width: 2, points: { show: (chart: uPlot) => chart.data[0].length === 1, size: 7 } };
  return {
    ...size,
    // room for half the label of the last epoch
    padding: [8, 28, 0, 0],
    legend: { show: false },
    cursor: {
      y: false,
      drag: { x: false, y: false },
      points: { size: 8 },
      bind: deaf,
    },
    scales: {
      x: { time: false, range: (_, __, last) => [1, lastEpochShown(last)] },
      y: { range: (_, low, high) => figure.range(low, high) },
    },
    series: [{}, { ...line, stroke: colors.accent }, { ...line, stroke: colors.ink, dash: [6, 4] }],
    axes: [
      { ...axis, size: 28, gap: 4, space: 60, incrs: wholeSteps, values: (_, epochs) => epochs.map(whole) },
      { ...axis, size: 52, gap: 6, space: 28, values: (_, values) => values.map(figure.tick) },
    ],
  };
}
