const limit = 60;
const remembered = new Map<string, unknown>();

/** Keeps what a screen has loaded, so that going back shows it at once. The oldest entries make room. */
export function remember(key: string, value: unknown): void {
  remembered.delete(key);
  remembered.set(key, value);
  const oldest = remembered.keys().next();
  if (remembered.size > limit && !oldest.done) remembered.delete(oldest.value);
}

/** The key decides the type: a key is only ever used by one screen. */
export function recall<T>(key: string): T | undefined {
  return remembered.get(key) as T | undefined;
}

export function forgetAll(): void {
  remembered.clear();
}
