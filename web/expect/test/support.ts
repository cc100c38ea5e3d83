/** Runs made of the vectors' events, for the tests of the evaluator. */
import { readFileSync } from "node:fs";
import type { Batch, FrameEvent, Frame, Graph, Token } from "../src/engine.ts";
import { compileSpec, createRun, feed, Judge, openScope, type Plan, readSpec, type Report, type Run, seed, type Unkept } from "../src/index.ts";

export const T0 = Date.UTC(2026, 0, 5, 9, 0, 0);

export interface Told {
  readonly who?: readonly string[];
  readonly type?: FrameEvent["type"];
  readonly name?: string;
  readonly nodes?: readonly string[];
  readonly at: number;
  readonly occurred?: number;
  readonly id?: string;
  readonly properties?: FrameEvent["properties"];
  readonly flags?: FrameEvent["flags"];
  readonly gap?: number | null;
  readonly refused?: Readonly<Record<string, number>>;
  readonly ledger?: Readonly<Record<string, number>>;
  readonly uncarried?: Readonly<Record<string, number>>;
  readonly graph_version?: string;
}

export interface Case {
  readonly name: string;
  readonly graph: string;
  readonly events: readonly Told[];
  readonly spec: unknown;
  readonly verdicts?: readonly string[];
  readonly overall?: string;
  readonly says?: readonly string[];
  readonly warns?: readonly string[];
  readonly refused?: readonly string[];
  readonly unkept?: Unkept;
  readonly early?: readonly { readonly after: number; readonly verdicts: readonly string[] }[];
  readonly scopes?: Readonly<Record<string, readonly string[]>>;
  readonly scope?: string;
}

export const VECTORS = JSON.parse(readFileSync(new URL("../../../conformance/expect.json", import.meta.url), "utf8")) as { readonly graphs: Readonly<Record<string, Graph>>; readonly cases: readonly Case[] };
export const GRAPH = VECTORS.graphs.shop!;

export const LEDGER = { offered: 0, lit: 0, unmapped: 0, filtered: 0, missed: 0, carried: 0, thinned: 0, sampled_out: 0, forgotten: 0 };

/** The tokens of a vector's `who`. */
export function tokens(who: readonly string[]): readonly Token[] {
  return who.flatMap((one) => {
    const [id = "", before] = one.split(">");
    const own = { kind: id.startsWith("u") ? "userId" : "anonymousId", token: id };
    return before === undefined ? [own] : [{ kind: "anonymousId", token: before }, { kind: "previousId", token: id }];
  });
}

/** A vector's event as the wire carries it, number `n` of its log. */
export function carried(told: Told, n: number, placed = true): FrameEvent {
  const { who = [], type = "track", name = "", nodes = [], at, occurred = at, id = `m${n}`, properties = {}, flags = [] } = told;
  return {
    id, type, name, occurred_at: new Date(T0 + occurred * 1000).toISOString(), arrived_at: new Date(T0 + at * 1000).toISOString(), segment_received_at: null, source: "web",
    traces: tokens(who), nodes: nodes.map((node) => GRAPH.nodes.find((one) => one.id === node)?.uuid ?? node), properties, flags, ...(placed ? { offset: n } : {}),
  };
}

/** The frame of events `from` on. */
export function batch(from: number, events: readonly FrameEvent[], more: Partial<Batch> = {}): Batch {
  const counts: Record<string, number> = {};
  const unmapped: Record<string, number> = {};
  for (const { nodes, name } of events) {
    for (const node of nodes) counts[node] = (counts[node] ?? 0) + 1;
    if (nodes.length === 0) unmapped[name] = (unmapped[name] ?? 0) + 1;
  }
  const lit = events.filter(({ nodes }) => nodes.length > 0).length;
  return { op: "batch", from: `e.${from}`, position: `e.${from + events.length}`, counts, unmapped, other: 0, events, threshold: 1, ledger: { ...LEDGER, offered: events.length, lit, unmapped: events.length - lit, carried: events.length }, ...more };
}

/** The frame of one entry of a vector, number `n`. */
export function frameOf(told: Told, n: number): Frame {
  const at = `e.${n}`, next = `e.${n + 1}`;
  if (told.gap !== undefined) return { op: "gap", from: at, to: next, missed: told.gap, reason: "" };
  if (told.refused !== undefined) {
    const { rate_limited = 0, ...refused } = told.refused;
    const received = Object.values(told.refused).reduce((sum, one) => sum + one, 0);
    return { op: "beat", now: new Date(T0).toISOString(), position: at, ledger: { web: { received, refused, rate_limited, unwatched: 0, duplicate: 0, taken: 0 } } };
  }
  if (told.graph_version !== undefined) return { op: "change", graph_version: told.graph_version, policy_version: "p", sampling: 1, posture: {} as never, since: "" };
  if (told.ledger !== undefined) return batch(n, [], { position: next, ledger: { ...LEDGER, offered: 1, ...told.ledger } });
  if (told.uncarried !== undefined) {
    const counts = Object.fromEntries(Object.entries(told.uncarried).map(([id, count]) => [GRAPH.nodes.find((node) => node.id === id)?.uuid ?? id, count]));
    return batch(n, [], { position: next, counts, ledger: { ...LEDGER, offered: 1 } });
  }
  return batch(n, [carried(told, n)]);
}

/** The plan of a case; its issues are thrown. */
export function planOf(one: Pick<Case, "spec" | "unkept">, graph = GRAPH): Plan {
  const spec = readSpec(one.spec);
  if (!("expect" in spec)) throw new Error(spec.map(({ text }) => text).join("\n"));
  const plan = compileSpec(spec, graph, one.unkept);
  if (!("items" in plan)) throw new Error(plan.map(({ text }) => text).join("\n"));
  return plan;
}

/** A run before any event, with its scopes open. */
export function runOf(one: Pick<Case, "scopes">): Run {
  const run = createRun(GRAPH, T0);
  for (const [name, seeds] of Object.entries(one.scopes ?? {})) {
    const scope = openScope(run, name);
    for (const token of seeds) seed(scope, token);
  }
  return run;
}

export function judgeOf(run: Run, plan: Plan, scope?: string): Judge {
  return new Judge(run, scope === undefined ? run.whole : run.scopes.get(scope)!, plan);
}

/** The report on a case at its end, and after each number of events that it asks about. */
export function reports(one: Case): { readonly end: Report; readonly early: readonly Report[] } {
  const run = runOf(one), judge = judgeOf(run, planOf(one), one.scope);
  const early: Report[] = [];
  for (let n = 0; n <= one.events.length; n += 1) {
    if (one.early?.some(({ after }) => after === n) === true) early.push(judge.report(false));
    const told = one.events[n];
    if (told !== undefined) feed(run, frameOf(told, n), T0 + told.at * 1000);
  }
  return { end: judge.report(true), early };
}

/** Everything that a report says. */
export function said(report: Report): string {
  return report.items.map(({ text, details }) => [text, ...details].join("\n")).join("\n");
}
