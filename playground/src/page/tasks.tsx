import type { TaskName } from '../protocol.js';
import { taskNames } from '../run/tasks.js';
import { say } from '../words/say.js';

/** The tasks to choose from. */
export function Tasks({ task, onChoose }: { task: TaskName; onChoose: (task: TaskName) => void }) {
  return (
    <nav class="tasks" aria-label={say('region.tasks')}>
      {taskNames.map((name) => (
        <button
          key={name}
          type="button"
          data-testid={`task-${name}`}
          aria-pressed={name === task}
          onClick={() => onChoose(name)}
        >
          {say(`task.${name}`)}
        </button>
      ))}
    </nav>
  );
}
