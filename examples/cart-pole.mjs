// A pole stands on a cart. The agent pushes the cart left or right, 50 times a second, and learns to keep the pole up for ten
// seconds: deep Q-learning (Mnih et al. 2015) with a replay buffer and a second network for the targets. As in double Q-learning
// (van Hasselt et al. 2016), the first network chooses the next push, and the second says what it's worth. The physics is that of
// Barto, Sutton and Anderson (1983), as in the CartPole of Gymnasium.

import { Network, Random } from 'bp4';

const PUSHES = 2;
const MOST_STEPS = 500;
const MEMORIES = 20_000;
const BATCH = 64;
/** What a reward is worth one step later. */
const DISCOUNT = 0.98;

const random = Random.fromSeed(1);

/** Position, speed, angle and angular speed, near the middle. */
const start = () => Float32Array.from({ length: 4 }, () => random.uniform(-0.05, 0.05));

function move([x, speed, angle, turn], push) {
  const [sine, cosine] = [Math.sin(angle), Math.cos(angle)];
  const force = ((push === 1 ? 10 : -10) + 0.05 * turn * turn * sine) / 1.1;
  const turning = (9.8 * sine - cosine * force) / (0.5 * (4 / 3 - (0.1 * cosine * cosine) / 1.1));
  const pushing = force - (0.05 * turning * cosine) / 1.1;
  return Float32Array.of(
    x + 0.02 * speed,
    speed + 0.02 * pushing,
    angle + 0.02 * turn,
    turn + 0.02 * turning,
  );
}

const isOver = ([x, , angle]) => Math.abs(x) > 2.4 || Math.abs(angle) > 0.2095;

/** Predicts what each push is worth: 0 if the pole stays up forever, −1 if it falls at once. */
const net = await Network.create({
  inputs: 4,
  layers: [
    { units: 64, activation: 'relu' },
    { units: PUSHES, activation: 'linear' },
  ],
  loss: 'huber',
  seed: 1,
});
net.useOptimizer({ name: 'adam', learningRate: 0.002 });
const slow = await net.clone();

const worth = new Float32Array(PUSHES);
function best(state) {
  net.predictInto(state, worth);
  return Number(worth[1] > worth[0]);
}

const memory = {
  states: new Float32Array(4 * MEMORIES),
  pushes: new Uint8Array(MEMORIES),
  next: new Float32Array(4 * MEMORIES),
  fell: new Uint8Array(MEMORIES),
  count: 0,
};

function remember(state, push, next) {
  const at = memory.count++ % MEMORIES;
  memory.states.set(state, 4 * at);
  memory.pushes[at] = push;
  memory.next.set(next, 4 * at);
  memory.fell[at] = Number(isOver(next));
}

const batch = { inputs: new Float32Array(4 * BATCH), targets: new Float32Array(PUSHES * BATCH) };
const next = new Float32Array(4 * BATCH);
const later = new Float32Array(PUSHES * BATCH);
const laterBySlow = new Float32Array(PUSHES * BATCH);

/** One step on memories drawn at random. Only the worth of the push that was made has a target of its own. */
function learn() {
  const drawn = Array.from({ length: BATCH }, () => random.below(Math.min(memory.count, MEMORIES)));
  for (const [b, at] of drawn.entries()) {
    batch.inputs.set(memory.states.subarray(4 * at, 4 * at + 4), 4 * b);
    next.set(memory.next.subarray(4 * at, 4 * at + 4), 4 * b);
  }
  net.predictInto(batch.inputs, batch.targets);
  net.predictInto(next, later);
  slow.predictInto(next, laterBySlow);
  for (const [b, at] of drawn.entries()) {
    const choice = PUSHES * b + Number(later[PUSHES * b + 1] > later[PUSHES * b]);
    batch.targets[PUSHES * b + memory.pushes[at]] = memory.fell[at] ? -1 : DISCOUNT * laterBySlow[choice];
  }
  net.step(batch);
}

/** The steps that the pole stays up. */
function play(choose, afterStep = () => {}) {
  let state = start();
  for (let step = 1; step <= MOST_STEPS; step++) {
    const push = choose(state);
    const after = move(state, push);
    afterStep(state, push, after);
    if (isOver(after)) return step;
    state = after;
  }
  return MOST_STEPS;
}

const began = performance.now();
for (let game = 1; game <= 2000; game++) {
  const curiosity = () => Math.max(0.02, 1 - memory.count / 2000);
  play(
    (state) => (random.uniform(0, 1) < curiosity() ? random.below(PUSHES) : best(state)),
    (state, push, after) => {
      remember(state, push, after);
      if (memory.count >= 500) learn();
      if (memory.count % 500 === 0) slow.setParameters(net.parameters);
    },
  );
  if (game % 10 > 0) continue;
  const lengths = Array.from({ length: 20 }, () => play(best));
  const mean = lengths.reduce((sum, length) => sum + length) / lengths.length;
  console.log(`game ${game}: the pole stays up for ${mean.toFixed(0)} steps`);
  if (mean === MOST_STEPS) {
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    console.log(`solved after ${memory.count} steps, in ${seconds} s`);
    break;
  }
}
