/** Error isolation: the tap must never throw into the page. */

/** Runs `act` and swallows what it throws: a broken tap must not break the page. */
export function safely<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch {
    return undefined;
  }
}
