import type { FeatureName } from '../../protocol.js';
import { featureNames, nameFeature } from '../../run/features.js';
import { say } from '../../words/say.js';

interface FeaturesProps {
  readonly chosen: readonly FeatureName[];
  readonly onChange: (chosen: readonly FeatureName[]) => void;
}

/** The inputs of a network on the plane. The last one can't be removed. */
export function Features({ chosen, onChange }: FeaturesProps) {
  return (
    <fieldset class="features">
      <legend>{say('controls.features')}</legend>
      {featureNames.map((feature) => {
        const isChosen = chosen.includes(feature);
        return (
          <button
            key={feature}
            type="button"
            data-testid={`feature-${feature}`}
            aria-pressed={isChosen}
            disabled={isChosen && chosen.length === 1}
            onClick={() =>
              onChange(featureNames.filter((name) => (name === feature) !== chosen.includes(name)))
            }
          >
            {nameFeature(feature)}
          </button>
        );
      })}
    </fieldset>
  );
}
