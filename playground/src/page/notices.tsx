import type { Failure } from '../run/failure.js';
import { say, sayFailure } from '../words/say.js';

/** A part that failed to load. Only another load of the page helps: Firefox never fetches a failed module again. */
export function LoadFailure({ failure }: { readonly failure: Failure }) {
  return (
    <>
      <Notices messages={[sayFailure(failure)]} />
      <button type="button" data-testid="try-again" onClick={() => location.reload()}>
        {say('failure.tryAgain')}
      </button>
    </>
  );
}

/** Errors, and how to fix them. Screen readers announce new ones. */
export function Notices({ messages }: { readonly messages: readonly string[] }) {
  return (
    <div role="alert">
      {messages.map((message) => (
        <p key={message} class="failure">
          {message}
        </p>
      ))}
    </div>
  );
}
