/** A refusal in words that a person can act on; returned, never thrown. */
export interface Problem {
  readonly problem: true;
  readonly code: "invalid" | "too_large";
  readonly title: string;
  readonly detail: string;
}

/** Makes a `Problem`; `detail` says what was found and where. */
export function problem(code: Problem["code"], title: string, detail = ""): Problem {
  return { problem: true, code, title, detail };
}

/** Tells a `Problem` from what was asked for. */
export function isProblem(value: unknown): value is Problem {
  return typeof value === "object" && value !== null && (value as { problem?: unknown }).problem === true;
}
