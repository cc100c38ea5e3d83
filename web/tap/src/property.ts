/** Watches a property of the page, which stays an ordinary one to the page. */

/** Calls `seen` with what stands at `key`, and with whatever comes to stand there. A property that cannot be watched is looked at once. */
export function watchProperty(of: Record<string, unknown>, key: string, seen: (value: unknown) => void): void {
  let value = of[key];
  seen(value);
  if (Object.getOwnPropertyDescriptor(of, key)?.configurable === false) return;
  between(of, key, () => value, (next) => {
    value = next;
    seen(next);
  });
}

/** Puts a getter and a setter between the page and a property. */
export function between(of: object, key: string, get: () => unknown, set: (value: unknown) => void): void {
  Object.defineProperty(of, key, { configurable: true, enumerable: true, get, set });
}
