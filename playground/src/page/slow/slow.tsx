import { say, sayFailures } from '../../words/say.js';
import { Notices } from '../notices.js';
import { usePart } from '../use-part.js';
import type { PanelProps } from './panel.js';

const loadPanel = () => import('./panel.js');

interface SlowProps extends Omit<PanelProps, 'problem'> {
  readonly problem: PanelProps['problem'] | undefined;
  readonly isOpen: boolean;
  readonly onToggle: () => void;
}

/** 'Why is it slow?': its answer loads when it's asked for. */
export function Slow({ isOpen, onToggle, problem, ...props }: SlowProps) {
  const { part, failure } = usePart(loadPanel, isOpen);
  return (
    <section class="card slow" aria-label={say('slow.title')}>
      <button type="button" data-testid="slow" aria-expanded={isOpen} onClick={onToggle}>
        {say('slow.title')}
      </button>
      <Notices messages={sayFailures(failure)} />
      {isOpen && part !== undefined && problem !== undefined && <part.Panel {...{ problem, ...props }} />}
    </section>
  );
}
