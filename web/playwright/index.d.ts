import type { TestType, PlaywrightTestArgs, PlaywrightTestOptions, PlaywrightWorkerArgs, PlaywrightWorkerOptions } from "@playwright/test";

export { expect } from "@playwright/test";

export interface Waiting {
  /** Milliseconds that a presence may take to come; 10,000 unless said otherwise. */
  timeout?: number;
}

export type Rule = "fail" | "warn" | "allow";

export interface DagnetOptions {
  policy?: { near_misses?: Rule; unmapped?: Rule; allow?: string[] };
  /** Seconds of quiet before an absence is believed, and seconds that a presence may take at the end. */
  settle?: number;
  wait?: number;
  /** Send what pages send to api.segment.io to the run, without a change to the app. */
  reroute?: boolean;
}

/** What a test may expect of the graph. Nodes by id, label or uuid; presences wait, absences are judged at the end. */
export interface Dagnet {
  readonly anonymousId: string;
  also(identifiers: Record<string, string>): Promise<void>;
  lit(...nodes: (string | Waiting)[]): Promise<void>;
  path(...nodes: (string | Waiting)[]): Promise<void>;
  order(...nodes: (string | Waiting)[]): Promise<void>;
  some(condition: string, options?: Waiting): Promise<void>;
  coverage(share: { nodes?: string; edges?: string; except?: string[] }, options?: Waiting): Promise<void>;
  dark(...nodes: string[]): Promise<void>;
  never(condition: string): Promise<void>;
  each(node: string, expected: { where: string }): Promise<void>;
  count(node: string, range: { is?: number; min?: number; max?: number }): Promise<void>;
  within(duration: string, ends: { from: string; to: string }): Promise<void>;
  meets(file: string, options?: Waiting): Promise<void>;
  check(expectation: Record<string, unknown>, options?: Waiting): Promise<void>;
}

export const test: TestType<PlaywrightTestArgs & PlaywrightTestOptions & { dagnet: Dagnet; dagnetOptions: DagnetOptions }, PlaywrightWorkerArgs & PlaywrightWorkerOptions>;
