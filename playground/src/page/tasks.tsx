import type { TaskName } from '../protocol.js';
import { taskNames, tasks } from '../run/tasks.js';

/** The tasks to choose from. */
export function Tasks({ task, onChoose }: { task: TaskName; onChoose: (task: TaskName) => void }) {
  return (
    <nav class="tasks" aria-label="Tasks">
      {taskNames.map((name) => (
        <button
          key={name}
          type="button"
          data-testid={`task-${name}`}
          aria-pressed={name === task}
          onClick={() => onChoose(name)}
        >
          {tasks[name].title}
        </button>
      ))}
    </nav>
  );
}
