/** Error for users: what was wrong and what to do; returned, never thrown. */
export interface Problem {
  readonly problem: true;
  readonly code: "invalid" | "too_large";
  readonly title: string;
  readonly detail: string;
}

/** Makes a `Problem`; `detail` says what was found and at which place. */
export function problem(code: Problem["code"], title: string, detail = ""): Problem {
  return { problem: true, code, title, detail };
}

/** Whether a result is a `Problem`. */
export function isProblem(value: unknown): value is Problem {
  return typeof value === "object" && value !== null && (value as { problem?: unknown }).problem === true;
}
