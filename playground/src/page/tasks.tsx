import type { TaskName } from '../protocol.js';
import { type LessonName, lessonNames } from '../run/choices.js';
import { taskNames } from '../run/tasks.js';
import { say } from '../words/say.js';

interface TasksProps {
  readonly task: TaskName;
  readonly onChoose: (task: TaskName) => void;
  readonly lesson: LessonName | undefined;
  readonly onLesson: (lesson: LessonName) => void;
}

/** The tasks and lessons to choose from. */
export function Tasks({ task, onChoose, lesson, onLesson }: TasksProps) {
  return (
    <nav class="tasks" aria-label={say('region.tasks')}>
      <div>
        {taskNames.map((name) => (
          <button
            key={name}
            type="button"
            data-testid={`task-${name}`}
            aria-pressed={name === task && lesson === undefined}
            onClick={() => onChoose(name)}
          >
            {say(`task.${name}`)}
          </button>
        ))}
      </div>
      <select
        data-testid="lessons"
        aria-label={say('region.lessons')}
        value={lesson ?? ''}
        onChange={({ currentTarget: { value } }) => onLesson(value as LessonName)}
      >
        <option value="" disabled hidden>
          {say('region.lessons')}
        </option>
        {lessonNames.map((name, i) => (
          <option key={name} value={name}>
            {i + 1}. {say(`lesson.${name}`)}
          </option>
        ))}
      </select>
    </nav>
  );
}
