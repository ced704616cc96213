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
