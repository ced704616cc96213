import { useEffect } from 'preact/hooks';

export type Keys = Readonly<Record<string, () => void>>;

/** Calls the action of a key, unless the focused element uses the key itself. */
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

/** Fields use all keys; buttons, links and the like use the space bar; other widgets are marked with `data-takes-keys`. */
function takesKey(target: Element, key: string): boolean {
  if (target.closest('input, select, textarea, [contenteditable], [data-takes-keys]') !== null) return true;
  return key === ' ' && target.closest('button, a, summary, label, [role=button]') !== null;
}
