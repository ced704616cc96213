import { useEffect } from 'preact/hooks';

export type Keys = Readonly<Record<string, () => void>>;

/** Calls what a key stands for, but not while the focus is where the key means something else. */
export function useKeyboard(keys: Keys): void {
  useEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      if (event.target instanceof Element && takesKey(event.target, event.key)) return;
      const action = keys[event.key];
      if (action === undefined) return;
      event.preventDefault();
      action();
    };
    addEventListener('keydown', pressed);
    return () => removeEventListener('keydown', pressed);
  }, [keys]);
}

/** Fields take all keys; buttons, links and the like take the space bar; widgets with arrows of their own say so. */
function takesKey(target: Element, key: string): boolean {
  if (target.closest('input, select, textarea, [contenteditable], [data-takes-keys]') !== null) return true;
  return key === ' ' && target.closest('button, a, summary, label') !== null;
}
