/** Node has it; in a browser a message does the same, where setTimeout would be held back for 4 ms. */
const { setImmediate } = globalThis as { setImmediate?: (callback: () => void) => unknown };

/** Lets what waits have its turn: above all the messages of the page. */
export function turnOfTheEventLoop(): Promise<void> {
  return new Promise((resolve) => {
    if (setImmediate) {
      setImmediate(resolve);
      return;
    }
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
