// The way of a user through a lesson.

export interface Place {
  /** The index of the step. */
  readonly step: number;
  /** The answer that the user chose to the question of the step. */
  readonly picked?: number;
  /** Whether the step shows the right answer. */
  readonly isRevealed: boolean;
}

export type Move = { readonly type: 'back' | 'next' } | { readonly type: 'pick'; readonly option: number };

export const start: Place = { step: 0, isRevealed: false };

/** @param asks whether each step of the lesson has a question; 'next' reveals its answer before it goes on */
export function move(place: Place, action: Move, asks: readonly boolean[]): Place {
  const { step, picked, isRevealed } = place;
  const isAsking = asks[step] === true && !isRevealed;
  switch (action.type) {
    case 'pick':
      return isAsking ? { ...place, picked: action.option } : place;
    case 'back':
      return step === 0 ? start : { step: step - 1, isRevealed: true };
    case 'next':
      if (isAsking) return picked === undefined ? place : { ...place, isRevealed: true };
      return step + 1 < asks.length ? { step: step + 1, isRevealed: false } : place;
  }
}
