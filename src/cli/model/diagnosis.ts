import type { Dataset } from '../../data/index.js';
import type { DiagnoseOptions } from '../../diagnosis/diagnose.js';
import { describeFault } from '../../errors.js';
import type { Network } from '../../network.js';
import type { Diagnosis, Finding } from '../../training/reports.js';
import { inFile } from '../errors.js';
import { findFlag } from '../flags.js';
import { formatPercent, formatPrecise } from '../terminal/format.js';
import type { Output } from '../terminal/output.js';

/** A diagnosis needs only a few hundred samples. */
const MOST_DIAGNOSED = 1000;

/** One sample of each interval, for a diagnosis; not the first, since the classes may take turns. */
export function pickSamples(data: Dataset): Dataset {
  if (data.count <= MOST_DIAGNOSED) return data;
  const step = data.count / MOST_DIAGNOSED;
  return data.subset(
    Array.from({ length: MOST_DIAGNOSED }, (_, i) => Math.floor(i * step + ((i * 7919) % step))),
  );
}

/** @throws DataError if the samples do not fit the network */
export const diagnoseNetwork = (
  net: Network,
  path: string,
  data: Dataset,
  options?: DiagnoseOptions,
): Promise<Diagnosis> => inFile(path, () => net.diagnose(data, options));

/** A finding in words, with the cure as an option of `bp4 train` where there is one. */
export function describeFinding(finding: Finding): string {
  const flag = findFlag(finding.option);
  const value = finding.option?.values?.[0];
  return describeFault(
    flag === undefined || value === undefined ? finding : { ...finding, cure: `use ${flag} ${value}` },
  );
}

/** The loss beside that of constant outputs, and the accuracy beside that of the largest class. */
export function describeScore({ loss, accuracy, baseline }: Diagnosis, isClassification: boolean): string {
  const ofLoss = `loss ${formatPrecise(loss)} (constant outputs: ${formatPrecise(baseline.loss)})`;
  return isClassification
    ? `${ofLoss}, accuracy ${formatPercent(accuracy)} (largest class: ${formatPercent(baseline.accuracy)})`
    : ofLoss;
}

/** Prints the findings, or that there are none. */
export function sayFindings(output: Output, { findings }: Diagnosis): void {
  for (const finding of findings) output.sayWrapped(`! ${describeFinding(finding)}`);
  if (findings.length === 0)
    output.say(output.green('No problems found in the data, the training and the layers.'));
}
