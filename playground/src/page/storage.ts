// The visitor's choices, kept from visit to visit. A page without access to storage forgets them.

export function recall(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

export function remember(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // forgotten
  }
}
