// A regression on real cars: predicts miles per gallon from weight, power, origin and year. The scalers are fitted on the
// training data and belong to the network, which takes raw rows and predicts miles per gallon.

import { readFileSync } from 'node:fs';
import { Network } from 'bp4';
import { Dataset, transformedWidth } from 'bp4/data';
import { meanAbsoluteError, rSquared } from 'bp4/metrics';

const file = new URL('../data/cars.json', import.meta.resolve('vega-datasets'));
const cars = JSON.parse(readFileSync(file, 'utf8'));
const numbers = ['Cylinders', 'Displacement', 'Horsepower', 'Weight_in_lbs', 'Acceleration', 'Year'];

// The years are dates, such as '1970-01-01'. Without the year R² drops from 0.87 to 0.73 (means over 12 splits).
const rows = cars.map((car) => ({ ...car, Year: Number(car.Year.slice(0, 4)) }));
const data = Dataset.fromObjects(rows, {
  inputs: [...numbers, 'Origin'],
  targets: 'Miles_per_Gallon',
  missing: 'drop',
});
const { train, test } = data.split({ test: 0.2, seed: 1 });
const transforms = train.fitTransforms({ inputs: 'standardize', targets: 'standardize' });
const net = await Network.create({
  inputs: transformedWidth(transforms),
  layers: [
    { units: 16, activation: 'tanh' },
    { units: 1, activation: 'linear' },
  ],
  transforms,
  seed: 1,
});

console.log(
  `${train.count} training cars, ${test.count} test cars, ${cars.length - data.count} dropped for missing values\n`,
);
await net.train(train, {
  epochs: 300,
  optimizer: 'adam',
  learningRate: 0.005,
  l2: 1e-3,
  validationSplit: 0.15,
  earlyStopping: { patience: 30 },
  onEpoch: ({ epoch, loss, validation }) => {
    if (epoch % 20 === 0) {
      console.log(
        `epoch ${String(epoch).padStart(3)}  loss ${loss.toFixed(4)}  validation ${validation.loss.toFixed(4)}`,
      );
    }
  },
});

const answers = net.predict(test.inputs);
const truth = { targets: test.targets, outputs: 1 };
console.log(
  `\nR² ${rSquared(answers, truth).toFixed(3)}, mean error ${meanAbsoluteError(answers, truth).toFixed(2)} miles per gallon\n`,
);
for (let n = 0; n < 5; n++) {
  console.log(
    `predicted ${answers[n].toFixed(1).padStart(5)}   true ${test.targets[n].toFixed(1).padStart(5)}`,
  );
}
net.dispose();
