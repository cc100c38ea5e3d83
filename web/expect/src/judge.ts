/** The judge: a scope and a plan in, a verdict for each expectation out, at any moment and at the
 * end.
 *
 * What rests on presence needs only evidence; what rests on absence needs a complete view, and is
 * inconclusive without one. Nothing passes vacuously. A verdict that is `final` early cannot
 * change; the others may be withdrawn by an event that arrives late, and only the end decides
 * them. */
import { holds } from "./condition.ts";
import { IDENTITY_TYPES, ownValue, similarNames, type Trace } from "./engine.ts";
import { answersOf, type Asked, asked, type Fact, factOf, hitsOf, isFirst, kindsOf, ofTraces } from "./facts.ts";
import { lacking, nothingCame } from "./loss.ts";
import type { Item, Named, Plan } from "./plan.ts";
import { type Kept, refresh, type Run, type Scope } from "./run.ts";
import { tracesOf } from "./scope.ts";
import { createSums, move, refill, type Some, type Sums } from "./sums.ts";
import { type Path, rangeOf, type Severity } from "./spec.ts";
import { clean, counted, duration, listed, quoted, shown, times } from "./words.ts";

export type Outcome = "met" | "failed" | "inconclusive" | "open";

/** The verdict on one expectation. `at` is when it was decided, by the time of a frame; null at the
 * end. */
export interface Verdict {
  readonly number: number;
  readonly kind: string;
  readonly title: string;
  readonly severity: Severity;
  readonly path: Path;
  readonly verdict: Outcome;
  readonly final: boolean;
  /** It is open, and an event that comes can meet it before the end. */
  readonly waits: boolean;
  readonly text: string;
  readonly details: readonly string[];
  readonly at: number | null;
}

/** Names that light nothing, with how often and what was probably meant. */
export interface Unlit {
  readonly name: string;
  readonly count: number;
  readonly text: string;
}

export interface Report {
  readonly verdict: Outcome;
  readonly events: number;
  readonly items: readonly Verdict[];
  readonly coverage: { readonly nodesLit: number; readonly nodes: number; readonly edgesLit: number; readonly edges: number; readonly dark: readonly string[] };
  readonly nearMisses: readonly Unlit[];
  readonly unmapped: readonly Unlit[];
  /** What the run is known to lack. */
  readonly lacks: readonly string[];
}

/** A verdict before completeness is asked. `rests` on "absence": it is believed only of a complete
 * view. */
interface Draft {
  readonly verdict: Outcome;
  readonly final?: boolean;
  readonly rests: "presence" | "absence";
  readonly traced?: boolean;
  /** It may be met before the end. */
  readonly early?: boolean;
  readonly text: string;
  readonly details?: readonly string[];
  readonly at?: number | null;
}

/** The tally of an event-wise condition: how many events passed (or failed), and the first few. */
interface Tally {
  n: number;
  first: Kept[];
}

interface Name {
  count: number;
  readonly reasons: Map<string, number>;
  readonly first: Kept;
}

/** Events told of one expectation, names and reasons kept of a kind. */
const TOLD = 5;
const NAMES = 1000;
const REASONS = 20;

type Conditional = Extract<Item["check"], { where: unknown }>;

export class Judge {
  private cursor = 0;
  private touch = 0;
  private revision = -1;
  private tallies: Tally[] = [];
  private readonly asked: readonly Asked[];
  private readonly places: ReadonlyMap<Item, number>;
  /** Conditions that ask one event, by the node that it must light; "" if it need not. */
  private readonly eventItems = new Map<string, { readonly check: Conditional; readonly n: number }[]>();
  private sums: Sums[] = [];
  private untraced: Kept[] = [];
  private lacks = new Map<boolean, readonly string[]>();
  /** What each trace answers to each of `asked`. */
  private answers = new Map<Trace, readonly number[]>();
  /** Details of a trace's answers, by expectation, until it answers anew. */
  private facts = new WeakMap<readonly number[], Map<number, Fact>>();
  private near = new Map<string, Name>();
  private nearNodes = new Map<string, Map<string, number>>();
  private unmapped = new Map<string, Name>();
  private readonly allowed: (name: string) => boolean;
  private readonly asksFirst: boolean;

  constructor(private readonly run: Run, private readonly scope: Scope, private readonly plan: Plan) {
    const traced = plan.items.filter(({ check }) => ofTraces(check));
    this.asked = traced.map(({ check }) => check).filter(ofTraces).map((check) => asked(check, scope));
    this.places = new Map(traced.map((item, n) => [item, n]));
    plan.items.forEach(({ check }, n) => {
      if (!("where" in check) || check.where.first) return;
      for (const node of "node" in check ? [check.node.uuid] : check.where.gate ?? [""]) this.eventItems.set(node, [...this.eventItems.get(node) ?? [], { check, n }]);
    });
    this.allowed = allowing(plan.policy.allow);
    this.asksFirst = plan.items.some(({ check }) => "where" in check && check.where.first);
  }

  /** The verdicts as they stand; at the end none is open. */
  report(ended: boolean): Report {
    this.update();
    const { items } = this.plan;
    const drafts = items.map((item, n) => ({ item, draft: this.draft(item, n, ended) }));
    const verdicts = drafts.map(({ item, draft }, n) => this.verdict(n + 1, item.check.kind, item.title, item.severity, item.path, { ...draft, early: metEarly(item.check) }, ended));
    verdicts.push(...this.policies(items.length, ended));
    const deciding = verdicts.filter(({ severity }) => severity === "fail");
    const any = (outcome: Outcome): boolean => deciding.some(({ verdict }) => verdict === outcome);
    const verdict: Outcome = any("failed") ? "failed" : any("open") ? "open" : any("inconclusive") || (ended && this.empty()) ? "inconclusive" : "met";
    return {
      verdict, events: this.scope.events.length, items: verdicts, coverage: this.coverage(),
      nearMisses: unlit(this.near, (one) => [...one.reasons.keys()].map(clean).join("; ")),
      unmapped: unlit(this.unmapped, (one) => this.probably(one.first.name)), lacks: this.lacking(true),
    };
  }

  /** What is lacking, asked once a report. */
  private lacking(traced: boolean): readonly string[] {
    let found = this.lacks.get(traced);
    if (found === undefined) this.lacks.set(traced, (found = lacking(this.run, this.scope, traced)));
    return found;
  }

  private update(): void {
    this.lacks.clear();
    refresh(this.run);
    const { scope } = this;
    if (this.revision !== scope.revision) this.begin();
    const fresh = scope.events.length > this.cursor;
    for (; this.cursor < scope.events.length; this.cursor += 1) {
      const event = scope.events[this.cursor];
      if (event !== undefined) this.take(event);
    }
    if (this.asked.length === 0) return;
    const changed = new Set(scope.touched.slice(this.touch));
    this.touch = scope.touched.length;
    if (fresh && this.asksFirst) for (const trace of tracesOf(scope)) changed.add(trace);
    for (const trace of changed) this.look(trace);
    // Traces that were joined into another are gone.
    const { live, followedTraces } = scope.traces;
    if (this.answers.size !== live.size + followedTraces.size) for (const trace of this.answers.keys()) if (!live.has(trace) && !followedTraces.has(trace)) this.forget(trace);
  }

  /** What a trace says now, in place of what it said. */
  private look(trace: Trace): void {
    const { live, followedTraces } = this.scope.traces;
    if (!live.has(trace) && !followedTraces.has(trace)) {
      this.forget(trace);
      return;
    }
    const before = this.answers.get(trace);
    const answers = answersOf(this.scope, trace, this.asked);
    this.answers.set(trace, answers);
    for (let place = 0; place < answers.length; place += 1) this.sum(trace, place, before?.[place] ?? 0, answers[place] ?? 0);
  }

  private forget(trace: Trace): void {
    this.answers.get(trace)?.forEach((answer, place) => { this.sum(trace, place, answer, 0); });
    this.answers.delete(trace);
  }

  /** Counts what a trace says of an expectation in place of what it said. */
  private sum(trace: Trace, place: number, before: number, after: number): void {
    const sums = this.sums[place];
    if (sums === undefined || before === after) return;
    sums.events += hitsOf(after) - hitsOf(before);
    if (kindsOf(before) === kindsOf(after)) return;
    move(sums.ok, trace, before, after);
    move(sums.missing, trace, before, after);
    move(sums.hits, trace, before, after);
  }

  private begin(): void {
    this.revision = this.scope.revision;
    this.cursor = this.touch = 0;
    this.tallies = this.plan.items.map(() => ({ n: 0, first: [] }));
    this.sums = this.asked.map(createSums);
    this.untraced = [];
    for (const map of [this.answers, this.near, this.nearNodes, this.unmapped]) map.clear();
  }

  /** What one event alone says: conditions that ask no trace, near misses, unmapped names. */
  private take(event: Kept): void {
    const apart = event.traces.length === 0;
    if (apart && this.asksFirst) this.untraced.push(event);
    this.ask("", event, apart, 0);
    event.nodes.forEach((node, nth) => { this.ask(node, event, apart, nth); });
    if (event.nodes.length > 0) return;
    for (const { node, reason } of event.near) count(this.nearNodes, node, reason);
    if (this.allowed(event.name) || IDENTITY_TYPES.has(event.type)) return;
    const names = event.near.length > 0 ? this.near : this.unmapped;
    let one = names.get(event.name);
    if (one === undefined) {
      if (names.size >= NAMES) return;
      names.set(event.name, (one = { count: 0, reasons: new Map(), first: event }));
    }
    one.count += 1;
    for (const { reason } of event.near) if (one.reasons.size < REASONS) one.reasons.set(reason, (one.reasons.get(reason) ?? 0) + 1);
  }

  /** Asks an event the conditions of its `nth` node; each condition once. */
  private ask(node: string, event: Kept, apart: boolean, nth: number): void {
    for (const { check, n } of this.eventItems.get(node) ?? []) {
      const { gate, unstable } = check.where;
      if (unstable && !apart) continue;
      if (nth > 0 && !("node" in check) && event.nodes.slice(0, nth).some((before) => gate?.has(before) === true)) continue;
      if (holds(check.where, event, null, false) !== (check.kind === "each")) gather(this.tallies[n], event);
    }
  }

  private draft(item: Item, n: number, ended: boolean): Draft {
    const { check } = item;
    const end = (draft: Draft): Draft => (ended || draft.verdict !== "failed" || draft.final === true ? draft : { ...draft, verdict: "open" });
    switch (check.kind) {
      case "lit": return end(this.lit(check.nodes));
      case "dark": return this.dark(check.nodes, ended);
      case "path": case "order": return this.way(item, check, ended);
      case "within": return this.within(item, check, ended);
      case "count": return this.count(check, ended);
      case "coverage": return end(this.covers(check));
      case "each": case "some": case "never": {
        const tally = check.where.unstable ? this.traceTally(item, check, n, ended) : this.tallies[n] ?? { n: 0, first: [] };
        const { ok, missing } = this.sumsOf(item);
        return this.condition(check, tally, ended, this.said(item, check.kind === "some" ? ok : missing, ended));
      }
    }
  }

  private verdict(number: number, kind: string, title: string, severity: Severity, path: Path, draft: Draft, ended: boolean): Verdict {
    const { details = [], at = null } = draft;
    const say = (verdict: Outcome, final: boolean, text: string, more: readonly string[]): Verdict => ({ number, kind, title, severity, path, verdict, final, waits: verdict === "open" && draft.early === true, text, details: more, at });
    if (draft.final === true && draft.rests === "presence") return say(draft.verdict, true, draft.text, details);
    if (ended && this.empty()) return say("inconclusive", true, nothingCame(this.run), []);
    const lacks = draft.rests === "absence" ? this.lacking(draft.traced === true) : [];
    if (lacks.length === 0) return say(draft.verdict, ended, draft.text, details);
    return say(ended ? "inconclusive" : "open", ended, lacks.join("; "), [`As far as can be told: ${draft.text}`, ...details]);
  }

  private empty(): boolean {
    return this.scope.events.length === 0 && (this.scope !== this.run.whole || this.run.uncarried.size === 0);
  }

  /** How many events lit a node; of the whole run by the server's exact counts. */
  private lights(node: string): number {
    return (this.scope.counts.get(node) ?? 0) + (this.scope === this.run.whole ? this.run.uncarried.get(node) ?? 0 : 0);
  }

  private sumsOf(item: Item): Sums {
    return this.sums[this.places.get(item) ?? -1] ?? createSums();
  }

  /** What traces of one kind said to an expectation: all of them at the end, before it at most
   * `most`. */
  private said(item: Item, some: Some, ended: boolean, most = TOLD): readonly Fact[] {
    const place = this.places.get(item) ?? -1;
    const asked = this.asked[place];
    if (some.count === 0 || asked === undefined) return [];
    const found: Fact[] = [];
    if (ended) {
      for (const [trace, answers] of this.answers) if (((answers[place] ?? 0) & some.kind) !== 0) found.push(factOf(this.scope, trace, asked));
      return found;
    }
    if (some.few.size < Math.min(most, some.count)) refill(some, place, this.answers);
    for (const trace of some.few) {
      if (found.length >= most) break;
      found.push(this.told(trace, place, asked));
    }
    return found;
  }

  private told(trace: Trace, place: number, asked: Asked): Fact {
    const answers = this.answers.get(trace);
    if (answers === undefined) return factOf(this.scope, trace, asked);
    let known = this.facts.get(answers);
    if (known === undefined) this.facts.set(answers, (known = new Map<number, Fact>()));
    let fact = known.get(place);
    if (fact === undefined) known.set(place, (fact = factOf(this.scope, trace, asked)));
    return fact;
  }

  private lit(nodes: readonly Named[]): Draft {
    const dark = nodes.filter(({ uuid }) => this.lights(uuid) === 0);
    if (dark.length === 0) {
      const at = Math.max(...nodes.map(({ uuid }) => this.scope.litAt.get(uuid) ?? -Infinity));
      return { verdict: "met", final: true, rests: "presence", text: `${names(nodes)} ${were(nodes)} seen`, at: Number.isFinite(at) ? at : null };
    }
    const misses = dark.reduce((sum, node) => sum + this.misses(node), 0);
    return { verdict: "failed", rests: "absence", text: `${names(dark)} ${were(dark)} not seen${misses === 0 ? "" : `: ${counted(misses, "near miss", "near misses")}`}`, details: dark.flatMap((node) => this.why(node)) };
  }

  private dark(nodes: readonly Named[], ended: boolean): Draft {
    const lit = nodes.filter(({ uuid }) => this.lights(uuid) > 0);
    if (lit.length > 0) return { verdict: "failed", final: true, rests: "presence", text: `${names(lit)} ${were(lit)} seen`, details: lit.map((node) => `${shown(node.name)} was seen ${times(this.lights(node.uuid))}`), at: Math.min(...lit.map(({ uuid }) => this.scope.litAt.get(uuid) ?? Infinity)) };
    if (!ended) return { verdict: "open", rests: "presence", text: `${names(nodes)} ${were(nodes)} not seen so far` };
    const never = nodes.filter((node) => node.dark !== "");
    if (never.length > 0) return { verdict: "inconclusive", rests: "presence", text: `${names(never)} can never be seen, so this proves nothing`, details: never.map((node) => `${shown(node.name)}: ${node.dark}`) };
    return { verdict: "met", rests: "absence", text: `${names(nodes)} ${were(nodes)} not seen` };
  }

  /** `path` and `order`: some trace, or every trace that lit the first node. */
  private way(item: Item, check: Extract<Item["check"], { kind: "path" | "order" }>, ended: boolean): Draft {
    const { ok, missing } = this.sumsOf(item);
    const traced = { rests: "absence", traced: true } as const;
    const verb = check.kind === "path" ? "went" : "reached";
    const went = listed(check.nodes.map(({ name }) => shown(name)), "then");
    if (check.of === "some" && ok.count > 0) {
      const met = this.said(item, ok, ended, 1);
      const plain = met.find(({ tied }) => !tied) ?? met[0];
      return { verdict: "met", final: check.kind === "order", rests: "presence", text: `a trace ${verb} ${went}`, details: [...this.bridges(check), ...doubts(plain === undefined ? [] : [plain])], at: plain?.events[0]?.at ?? null };
    }
    if (!ended) return { verdict: "open", ...traced, text: `no trace ${verb} ${went} so far` };
    const all = check.of === "every" ? ok.count + missing.count : 0;
    if (all > 0 && missing.count === 0)
      return { verdict: "met", ...traced, text: `${counted(all, "trace")} reached ${shown(check.nodes[0]?.name ?? "")}, and each ${verb} ${went}`, details: doubts(this.said(item, ok, ended)) };
    // Of `some` none is met here, so that those which are missing are all that the first node lit.
    const [best] = [...this.said(item, missing, ended)].sort((a, b) => b.prefix - a.prefix || byEvent(a, b));
    if (best === undefined || best.prefix === 0) {
      const [first] = check.nodes;
      return { verdict: "failed", ...traced, text: `no trace reached ${shown(first?.name ?? "")}`, details: first === undefined ? [] : this.why(first) };
    }
    const reached = listed(check.nodes.slice(0, best.prefix).map(({ name }) => shown(name)), "then");
    const next = check.nodes[best.prefix];
    const who = check.of === "every" ? `${counted(missing.count, "trace")} of ${all} did not: one` : "no trace did; the farthest";
    return { verdict: "failed", ...traced, text: `${who} ${verb} ${reached}, and then ${best.came}`, details: [...(next === undefined ? [] : this.why(next)), ...doubts([best])] };
  }

  private within(item: Item, check: Extract<Item["check"], { kind: "within" }>, ended: boolean): Draft {
    const { ok, missing } = this.sumsOf(item);
    const above = [...this.said(item, missing, ended)].sort((a, b) => b.ms - a.ms || byEvent(a, b));
    const pair = `from ${shown(check.from.name)} to ${shown(check.to.name)}`;
    const base = { rests: "absence", traced: true } as const;
    const [worst] = above;
    if (worst !== undefined)
      return { verdict: "failed", ...base, text: `${duration(worst.ms)} ${pair}, and ${duration(check.ms)} are the most`, details: [...above.slice(0, TOLD).flatMap(({ events }) => events.map(eventText)), ...doubts(above)], at: worst.events[0]?.at ?? null };
    if (!ended) return { verdict: "open", ...base, text: ok.count === 0 ? `no trace reached ${shown(check.to.name)} after ${shown(check.from.name)} so far` : `at most ${duration(check.ms)} ${pair} so far` };
    const met = this.said(item, ok, ended);
    if (met.length === 0) return { verdict: "failed", ...base, text: `no trace reached ${shown(check.to.name)} after ${shown(check.from.name)}`, details: [...this.why(check.from), ...this.why(check.to)] };
    return { verdict: "met", ...base, text: `at most ${duration(met.reduce((most, { ms }) => Math.max(most, ms), 0))} ${pair}`, details: doubts(met) };
  }

  private count(check: Extract<Item["check"], { kind: "count" }>, ended: boolean): Draft {
    const { node, min, max } = check;
    const n = this.lights(node.uuid);
    const text = `${shown(node.name)} was ${n === 0 ? "never seen" : `seen ${times(n)}`}, and ${rangeOf(min, max).replace("is ", "exactly ")} was expected`;
    if (n > max) return { verdict: "failed", final: true, rests: "presence", text, details: this.firstThatLit(node.uuid).map(eventText) };
    if (n < min) return { verdict: ended ? "failed" : "open", rests: "absence", text, details: this.why(node) };
    if (max === Infinity) return { verdict: "met", final: true, rests: "presence", text: `${shown(node.name)} was seen ${times(n)}` };
    return { verdict: ended ? "met" : "open", rests: "absence", text: `${shown(node.name)} was ${n === 0 ? "never seen" : `seen ${times(n)}`}` };
  }

  /** The first few events that lit a node, by time. */
  private firstThatLit(node: string): readonly Kept[] {
    const tally: Tally = { n: 0, first: [] };
    for (const event of this.scope.events) if (event.nodes.includes(node)) gather(tally, event);
    return tally.first;
  }

  private condition(check: Extract<Item["check"], { kind: "each" | "some" | "never" }>, tally: Tally, ended: boolean, facts: readonly Fact[]): Draft {
    const { where } = check;
    const base = { rests: where.unstable ? "absence" : "presence", traced: where.traced, final: !where.unstable } as const;
    const told = { details: [...tally.first.map((event) => this.readText(event, where.paths)), ...doubts(facts)], at: where.unstable ? null : Math.min(...tally.first.map(({ at }) => at)) };
    const asked = `\`${shown(where.text)}\``;
    if (check.kind === "some") {
      if (tally.n > 0) return { verdict: "met", ...base, text: `${counted(tally.n, "event passes", "events pass")} ${asked}`, ...told };
      return { verdict: ended ? "failed" : "open", rests: "absence", traced: where.traced, text: `no event passes ${asked}` };
    }
    if (check.kind !== "each") {
      if (tally.n > 0) return { verdict: "failed", ...base, text: `${counted(tally.n, "event passes", "events pass")} ${asked}`, ...told };
      return { verdict: ended ? "met" : "open", rests: "absence", traced: where.traced, text: `no event passes ${asked}` };
    }
    const name = shown(check.node.name);
    if (tally.n > 0) return { verdict: "failed", ...base, text: `${counted(tally.n, "event")} of ${name} ${tally.n === 1 ? "does" : "do"} not pass ${asked}`, ...told };
    const n = this.lights(check.node.uuid);
    if (n === 0) return { verdict: ended ? "failed" : "open", rests: "absence", text: `${name} was not seen`, details: this.why(check.node) };
    return { verdict: ended ? "met" : "open", rests: "absence", traced: where.traced, text: `${counted(n, "event")} of ${name}, and ${n === 1 ? "it passes" : "all pass"} ${asked}` };
  }

  /** The tally of a condition that asks traces, or which event was first; before the end a few of
   * its events do. */
  private traceTally(item: Item, check: Extract<Item["check"], { where: unknown }>, n: number, ended: boolean): Tally {
    const { hits, events } = this.sumsOf(item);
    const apart = this.tallies[n] ?? { n: 0, first: [] };
    const tally: Tally = { n: 0, first: [...apart.first] };
    for (const fact of this.said(item, hits, ended)) for (const event of fact.events) gather(tally, event);
    tally.n = events + apart.n;
    if (!check.where.first) return tally;
    for (const event of this.untraced) {
      if ("node" in check && !event.nodes.includes(check.node.uuid)) continue;
      if (holds(check.where, event, null, isFirst(this.scope, event)) !== (check.kind === "each")) gather(tally, event);
    }
    return tally;
  }

  private covers({ nodes, edges, able, ways }: Extract<Item["check"], { kind: "coverage" }>): Draft {
    const dark = this.plan.graph.nodes.filter(({ uuid }) => able.has(uuid) && this.lights(uuid) === 0);
    const lit = able.size - dark.length;
    const gone = [...ways].filter((edge) => this.edgeCount(edge) > 0).length;
    const short = (share: number | null, of: number, all: number): boolean => share !== null && (all === 0 || of * 100 < share * all);
    const [nodesShort, edgesShort] = [short(nodes, lit, able.size), short(edges, gone, ways.size)];
    const said = [nodes === null ? "" : `${lit} of ${able.size} nodes seen (${percent(lit, able.size)})`, edges === null ? "" : `${gone} of ${ways.size} edges seen (${percent(gone, ways.size)})`].filter(Boolean).join(", ");
    if (!nodesShort && !edgesShort) return { verdict: "met", final: edges === null, rests: "presence", text: said };
    const asked = [nodesShort ? `${nodes ?? 0}% of nodes` : "", edgesShort ? `${edges ?? 0}% of edges` : ""].filter(Boolean).join(" and ");
    return { verdict: "failed", rests: "absence", text: `${said}, and ${asked} were expected`, details: nodesShort ? [`not seen: ${dark.map(({ id, label, uuid }) => shown(id || label || uuid)).join(", ")}`] : [] };
  }

  private coverage(): Report["coverage"] {
    const { graph } = this.plan;
    const able = graph.nodes.filter(({ dark }) => dark === "");
    const dark = able.filter(({ uuid }) => this.lights(uuid) === 0);
    const edges = graph.edges.map((_, n) => n).filter((n) => this.edgeCount(n) > 0);
    return { nodesLit: able.length - dark.length, nodes: able.length, edgesLit: edges.length, edges: graph.edges.length, dark: dark.map(({ id, label, uuid }) => shown(id || label || uuid)) };
  }

  private edgeCount(edge: number): number {
    const { counts } = this.scope.traces;
    return counts.cells.get(counts.nodes + edge)?.count ?? 0;
  }

  private policies(before: number, ended: boolean): readonly Verdict[] {
    const { nearMisses, unmapped } = this.plan.policy;
    const verdicts: Verdict[] = [];
    const add = (kind: string, key: string, title: string, rule: "fail" | "warn" | "allow", names: ReadonlyMap<string, Name>, text: string, told: (name: string, one: Name) => string): void => {
      if (rule === "allow") return;
      const number = before + verdicts.length + 1;
      const all = [...names].sort((a, b) => b[1].count - a[1].count || (a[0] < b[0] ? -1 : 1));
      const n = all.reduce((sum, [, one]) => sum + one.count, 0);
      const draft: Draft = n > 0
        ? { verdict: "failed", final: true, rests: "presence", text: `${counted(n, "event")} ${text}`, details: all.slice(0, 4 * TOLD).map(([name, one]) => told(name, one)), at: Math.min(...all.map(([, one]) => one.first.at)) }
        : { verdict: ended ? "met" : "open", rests: "absence", text: `no event ${text}` };
      verdicts.push(this.verdict(number, kind, `${number} policy: ${title}`, rule, ["policy", key], draft, ended));
    };
    add("near_misses", "near_misses", "no near misses", nearMisses, this.near, "nearly matched a node", (name, one) => `${quoted(name)}, ${times(one.count)}: ${[...one.reasons.keys()].map(clean).join("; ")}`);
    add("unmapped", "unmapped", "no unmapped names", unmapped, this.unmapped, "matched no node", (name, one) => `${quoted(name)}, ${times(one.count)}${prefixed(": ", this.probably(name))}`);
    return verdicts;
  }

  /** What a name that lights nothing was probably meant for. */
  private probably(name: string): string {
    const [best] = similarNames(this.plan.graph, name, 1);
    if (best === undefined) return "";
    const differs = { case: "the case differs", form: "they look alike and are written otherwise", signs: "spaces or signs differ", letters: "letters differ" }[best.why];
    return `${shown(best.label)} listens for ${quoted(best.name)}: ${differs}`;
  }

  private misses({ uuid }: Named): number {
    return [...this.nearNodes.get(uuid)?.values() ?? []].reduce((sum, n) => sum + n, 0);
  }

  /** Why a node did not light: its near misses, names that were probably meant for it, or that it
   * never can. */
  private why({ name, uuid, dark }: Named): readonly string[] {
    if (this.lights(uuid) > 0) return [];
    if (dark !== "") return [`${shown(name)} can never be seen: ${dark}`];
    const reasons = [...this.nearNodes.get(uuid) ?? []].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, TOLD);
    const meant = [...this.unmapped.keys()].slice(0, 50).flatMap((sent) => similarNames(this.plan.graph, sent, 3).filter(({ node }) => node === uuid).map((near) => ({ sent, near })))
      .sort((a, b) => b.near.likeness - a.near.likeness || (a.sent < b.sent ? -1 : 1)).slice(0, 1);
    return [
      ...reasons.map(([reason, n]) => `${shown(name)}: ${clean(reason)}${n === 1 ? "" : ` (${times(n)})`}`),
      ...meant.map(({ sent, near }) => `${shown(name)}: ${quoted(sent)} was sent, and ${quoted(near.name)} is listened for`),
    ];
  }

  /** Steps of a path that pass nodes without an event. */
  private bridges({ kind, nodes }: Extract<Item["check"], { kind: "path" | "order" }>): readonly string[] {
    if (kind !== "path") return [];
    return nodes.slice(1).flatMap((to, n) => {
      const from = nodes[n];
      const hops = from === undefined ? 0 : this.bridge(from, to);
      return hops < 2 || from === undefined ? [] : [`${shown(from.name)} to ${shown(to.name)} is inferred over ${hops} edges`];
    });
  }

  private bridge(from: Named, to: Named): number {
    const { routeIndex: ways } = this.scope.traces;
    return ways.routes.get(from.index * ways.graph.nodes.length + to.index)?.edges.length ?? 0;
  }

  /** An event with the properties that a condition reads. */
  private readText(event: Kept, paths: readonly string[]): string {
    const read = paths.map((path) => (path.startsWith("properties.") ? path.slice("properties.".length) : path)).map((path) => {
      const value = ownValue(event.properties, path);
      return `${shown(path)} ${value === undefined || value === null ? "is missing" : `is ${typeof value === "object" ? value.map(String).map(quoted).join(", ") : quoted(String(value))}`}`;
    });
    return `${eventText(event)}${prefixed(": ", read.join(", "))}`;
  }
}

/** Whether an expectation may be met before the end; the others rest on what does not come. */
function metEarly(check: Item["check"]): boolean {
  switch (check.kind) {
    case "lit": case "some": case "coverage": return true;
    case "path": case "order": return check.of === "some";
    case "count": return check.max === Infinity;
    default: return false;
  }
}

/** An event by its name, its id and when it occurred. */
function eventText(event: Kept): string {
  return `${quoted(event.name)} (${shown(event.id)}) at ${new Date(event.occurredAt).toISOString()}`;
}

/** What has to be said of events of one time. */
function doubts(facts: readonly Fact[]): readonly string[] {
  const said: string[] = [];
  if (facts.some(({ tied }) => tied)) said.push("events of one millisecond were taken in the order that fits");
  if (facts.some(({ doubtful }) => doubtful)) said.push("many events have one time, so the order of their arrival was taken");
  return said;
}

function gather(tally: Tally | undefined, event: Kept): void {
  if (tally === undefined) return;
  tally.n += 1;
  const last = tally.first.at(-1);
  if (tally.first.length === TOLD && last !== undefined && byTime(last, event) <= 0) return;
  tally.first = [...tally.first, event].sort(byTime).slice(0, TOLD);
}

function byTime(a: Kept, b: Kept): number {
  return a.occurredAt - b.occurredAt || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

function byEvent({ events: [a] }: Fact, { events: [b] }: Fact): number {
  return a === undefined || b === undefined ? 0 : byTime(a, b);
}

function count(nodes: Map<string, Map<string, number>>, node: string, reason: string): void {
  const reasons = nodes.get(node) ?? new Map<string, number>();
  if (reasons.has(reason) || reasons.size < REASONS) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  nodes.set(node, reasons);
}

function unlit(names: ReadonlyMap<string, Name>, text: (one: Name) => string): readonly Unlit[] {
  return [...names].map(([name, one]) => ({ name: shown(name), count: one.count, text: text(one) })).sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1)).slice(0, 100);
}

/** Whether a name is allowed: exactly, or by a pattern that ends in `*`. */
function allowing(allow: readonly string[]): (name: string) => boolean {
  const exact = new Set(allow.filter((one) => !one.endsWith("*")));
  const starts = allow.filter((one) => one.endsWith("*")).map((one) => one.slice(0, -1));
  return (name) => exact.has(name) || starts.some((start) => name.startsWith(start));
}

function were(nodes: readonly Named[]): string {
  return nodes.length === 1 ? "was" : "were";
}

function names(nodes: readonly Named[]): string {
  return listed(nodes.map(({ name }) => shown(name)));
}

function percent(n: number, of: number): string {
  return of === 0 ? "0%" : `${Math.floor((100 * n) / of)}%`;
}

function prefixed(before: string, text: string): string {
  return text === "" ? "" : `${before}${text}`;
}
