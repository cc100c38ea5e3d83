/** The judge: a scope and a plan in, a verdict for each expectation out, at any moment and at the
 * end.
 *
 * What rests on presence needs only evidence; what rests on absence needs a complete view, and is
 * inconclusive without one. Nothing passes vacuously. A verdict that is `final` early cannot
 * change; the others may be withdrawn by an event that arrives late, and only the end decides
 * them. */
import { ownValue, type Trace } from "./engine.ts";
import { amountOf, type Asked, asked, DOUBTFUL, type Fact, factOf, hitsOf, isFirst, kindsOf, ofTraces, TIED } from "./facts.ts";
import { lacking, nothingCame } from "./loss.ts";
import { Monitors, type Progress } from "./monitor.ts";
import { type Item, metEarly, type Named, type Plan } from "./plan.ts";
import { type Kept, refresh, type Run, type Scope } from "./run.ts";
import { tracesOf } from "./scope.ts";
import { createSums, move, refill, type Some, type Sums } from "./sums.ts";
import { byTime, gather, type Tally, TOLD } from "./tally.ts";
import { type Path, rangeOf, type Severity } from "./spec.ts";
import { type Unlit, UnlitNames } from "./unlit.ts";
import { counted, duration, listed, percent, quoted, shown, times } from "./words.ts";

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
  /** Its words, which only a report asks for. */
  tell(): Told;
}

interface Told {
  readonly text: string;
  readonly details?: readonly string[];
  readonly at?: number | null;
}

/** A verdict after completeness was asked, with what is lacking. */
interface Stand {
  readonly verdict: Outcome;
  readonly final: boolean;
  readonly lacks: readonly string[];
}

const NOTHING: readonly string[] = [];

type Conditional = Extract<Item["check"], { where: unknown }>;

/** A condition that is asked of single events, and the place of its tally. */
interface EventItem {
  readonly check: Conditional;
  readonly n: number;
}

export class Judge {
  private cursor = 0;
  private touch = 0;
  private firstChanges = 0;
  /** Some trace's answer rests on the order of events of one time. */
  private doubted = false;
  private revision = -1;
  private tallies: Tally[] = [];
  /** Places of the expectations that may be met early and are not met for good. */
  private unmet: number[] = [];
  private readonly asked: readonly Asked[];
  private readonly places: ReadonlyMap<Item, number>;
  /** Conditions that ask one event: any, and by the node that it must light. */
  private readonly ofAny: readonly EventItem[];
  private readonly ofNode: ReadonlyMap<string, readonly EventItem[]>;
  private sums: Sums[] = [];
  private untraced: Kept[] = [];
  private lacks = new Map<boolean, readonly string[]>();
  private readonly monitors: Monitors;
  private readonly traces = new Map<Trace, Progress>();
  private readonly unlit: UnlitNames;
  private readonly asksFirst: boolean;

  constructor(private readonly run: Run, private readonly scope: Scope, private readonly plan: Plan) {
    const traced = plan.items.filter(({ check }) => ofTraces(check));
    this.asked = traced.map(({ check }) => check).filter(ofTraces).map((check) => asked(check, scope));
    this.monitors = new Monitors(scope, this.asked);
    this.places = new Map(traced.map((item, n) => [item, n]));
    const ofAny: EventItem[] = [];
    const ofNode = new Map<string, EventItem[]>();
    plan.items.forEach(({ check }, n) => {
      if (!("where" in check) || check.where.first) return;
      const nodes = "node" in check ? [check.node.uuid] : check.where.gate;
      if (nodes === null) ofAny.push({ check, n });
      else for (const node of nodes) ofNode.set(node, [...ofNode.get(node) ?? [], { check, n }]);
    });
    [this.ofAny, this.ofNode] = [ofAny, ofNode];
    this.unlit = new UnlitNames(plan);
    this.asksFirst = plan.items.some(({ check }) => "where" in check && check.where.first);
  }

  /** The verdicts as they stand; at the end none is open. */
  report(ended: boolean): Report {
    this.update();
    const { items } = this.plan;
    const drafts = items.map((item, n) => ({ item, draft: this.draft(item, n, ended) }));
    const verdicts = drafts.map(({ item, draft }, n) => this.verdict(n + 1, item.check.kind, item.title, item.severity, item.path, draft, ended, metEarly(item.check)));
    verdicts.push(...this.policies(items.length, ended));
    const deciding = verdicts.filter(({ severity }) => severity === "fail");
    const any = (outcome: Outcome): boolean => deciding.some(({ verdict }) => verdict === outcome);
    const verdict: Outcome = any("failed") ? "failed" : any("open") ? "open" : any("inconclusive") || (ended && this.empty()) ? "inconclusive" : "met";
    return {
      verdict, events: this.scope.events.length, items: verdicts, coverage: this.coverage(),
      nearMisses: this.unlit.listed("near"), unmapped: this.unlit.listed("unmapped"), lacks: this.lacking(true),
    };
  }

  /** Whether an event that comes can meet an expectation before the end. */
  waits(): boolean {
    this.update();
    const { items } = this.plan, { unmet } = this;
    for (let at = unmet.length - 1; at >= 0; at -= 1) {
      const n = unmet[at] ?? 0, item = items[n];
      if (item === undefined) continue;
      const { verdict, final } = this.stand(this.draft(item, n, false), false);
      if (verdict === "open") return true;
      if (final) unmet.splice(at, 1);
    }
    return false;
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
    for (; this.cursor < scope.events.length; this.cursor += 1) {
      const event = scope.events[this.cursor];
      if (event !== undefined) this.take(event);
    }
    if (this.asked.length === 0) return;
    const changed = new Set<Trace>();
    for (; this.touch < scope.touched.length; this.touch += 1) {
      const trace = scope.touched[this.touch];
      if (trace !== undefined) changed.add(trace);
    }
    if (this.asksFirst && this.firstChanges !== scope.firstChanges) for (const trace of tracesOf(scope)) changed.add(trace);
    this.firstChanges = scope.firstChanges;
    for (const trace of changed) this.look(trace);
    // Traces that were joined into another are gone.
    const { live, followedTraces } = scope.traces;
    if (this.traces.size !== live.size + followedTraces.size) for (const trace of this.traces.keys()) if (!live.has(trace) && !followedTraces.has(trace)) this.forget(trace);
  }

  /** What a trace says now, in place of what it said. */
  private look(trace: Trace): void {
    const { live, followedTraces } = this.scope.traces;
    if (!live.has(trace) && !followedTraces.has(trace)) {
      this.forget(trace);
      return;
    }
    let progress = this.traces.get(trace);
    if (progress === undefined) this.traces.set(trace, (progress = this.monitors.begin()));
    const { monitors } = this, touches = monitors.look(progress, trace);
    for (let nth = 0; nth < touches; nth += 1) {
      const place = monitors.touched[nth] ?? 0;
      const before = monitors.held(progress, place), after = monitors.said[place] ?? 0;
      if (before === after) continue;
      monitors.hold(progress, place, after);
      if ((after & (TIED | DOUBTFUL)) !== 0) this.doubted = true;
      this.sum(trace, place, before, after);
    }
    progress.facts = null;
  }

  private forget(trace: Trace): void {
    const progress = this.traces.get(trace);
    if (progress === undefined || !this.traces.delete(trace)) return;
    this.asked.forEach((_, place) => { this.sum(trace, place, this.monitors.held(progress, place), 0); });
    this.monitors.end(progress);
  }

  /** Counts what a trace says of an expectation in place of what it said. */
  private sum(trace: Trace, place: number, before: number, after: number): void {
    const sums = this.sums[place];
    if (sums === undefined) return;
    sums.events += hitsOf(after) - hitsOf(before);
    if (kindsOf(before) === kindsOf(after)) return;
    move(sums.ok, trace, before, after);
    move(sums.missing, trace, before, after);
    move(sums.hits, trace, before, after);
  }

  private begin(): void {
    this.revision = this.scope.revision;
    this.cursor = this.touch = this.firstChanges = 0;
    this.doubted = false;
    this.tallies = this.plan.items.map(() => ({ n: 0, first: [] }));
    this.unmet = this.plan.items.flatMap(({ check }, n) => (metEarly(check) ? [n] : []));
    this.sums = this.asked.map(createSums);
    this.untraced = [];
    this.traces.clear();
    this.monitors.clear();
    this.unlit.clear();
  }

  /** What one event alone says: conditions that ask no trace, near misses, unmapped names. */
  private take(event: Kept): void {
    const apart = event.traces.length === 0;
    if (apart && this.asksFirst) this.untraced.push(event);
    const { nodes } = event;
    if (this.ofAny.length > 0) this.ask(this.ofAny, event, apart, 0);
    for (let nth = 0; nth < nodes.length; nth += 1) {
      const items = this.ofNode.get(nodes[nth] ?? "");
      if (items !== undefined) this.ask(items, event, apart, nth);
    }
    if (nodes.length === 0) this.unlit.take(event);
  }

  /** Asks an event the conditions of its `nth` node; each condition once. */
  private ask(items: readonly EventItem[], event: Kept, apart: boolean, nth: number): void {
    for (let at = 0; at < items.length; at += 1) {
      const item = items[at];
      if (item === undefined) continue;
      const { check, n } = item;
      const { gate, unstable } = check.where;
      if (unstable && !apart) continue;
      if (nth > 0 && !("node" in check) && event.nodes.slice(0, nth).some((before) => gate?.has(before) === true)) continue;
      if (check.where.test.holds(event, null, false) !== (check.kind === "each")) gather(this.tallies[n], event);
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
      case "each": case "some": case "never": return this.condition(item, check, n, ended);
    }
  }

  /** A draft with what completeness makes of it. */
  private stand({ verdict, final, rests, traced }: Draft, ended: boolean): Stand {
    if (final === true && rests === "presence") return { verdict, final: true, lacks: NOTHING };
    if (ended && this.empty()) return { verdict: "inconclusive", final: true, lacks: NOTHING };
    const lacks = rests === "absence" ? this.lacking(traced === true) : NOTHING;
    return lacks.length === 0 ? { verdict, final: ended, lacks } : { verdict: ended ? "inconclusive" : "open", final: ended, lacks };
  }

  private verdict(number: number, kind: string, title: string, severity: Severity, path: Path, draft: Draft, ended: boolean, early = false): Verdict {
    const { verdict, final, lacks } = this.stand(draft, ended);
    const say = (text: string, details: readonly string[], at: number | null): Verdict => ({ number, kind, title, severity, path, verdict, final, waits: verdict === "open" && early, text, details, at });
    if (ended && this.empty() && !(draft.final === true && draft.rests === "presence")) return say(nothingCame(this.run), [], null);
    const { text, details = [], at = null } = draft.tell();
    return lacks.length === 0 ? say(text, details, at) : say(lacks.join("; "), [`As far as can be told: ${text}`, ...details], at);
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

  /** Takes the traces of one kind, of an expectation, until `take` returns true: all of them at the
   * end, before it a few. */
  private ofKind(item: Item, some: Some, ended: boolean, take: (trace: Trace, progress: Progress, answer: number) => boolean): void {
    const place = this.places.get(item) ?? -1;
    if (some.count === 0) return;
    if (ended) {
      for (const [trace, progress] of this.traces) {
        const answer = this.monitors.held(progress, place);
        if ((answer & some.kind) !== 0 && take(trace, progress, answer)) return;
      }
      return;
    }
    if (some.few.size < Math.min(TOLD, some.count)) refill(some, this.traces, (progress) => this.monitors.held(progress, place));
    for (const trace of some.few) {
      const progress = this.traces.get(trace);
      if (progress !== undefined && take(trace, progress, this.monitors.held(progress, place))) return;
    }
  }

  /** What traces of one kind said whose answers have the greatest amounts: `most` of them, and
   * their equals, the greatest first. */
  private farthest(item: Item, some: Some, ended: boolean, most: number): readonly (readonly [Fact, number])[] {
    const all: (readonly [Trace, Progress, number])[] = [];
    this.ofKind(item, some, ended, (trace, progress, answer) => { all.push([trace, progress, answer]); return false; });
    const least = all.map(([, , answer]) => amountOf(answer)).sort((a, b) => b - a)[Math.min(most, all.length) - 1] ?? 0;
    return all.flatMap(([trace, progress, answer]) => {
      const fact = amountOf(answer) < least ? null : this.fact(item, trace, progress);
      return fact === null ? [] : [[fact, answer] as const];
    }).sort(([a], [b]) => b.ms - a.ms || byEvent(a, b));
  }

  private fact(item: Item, trace: Trace, progress: Progress): Fact | null {
    const place = this.places.get(item) ?? -1;
    const asked = this.asked[place];
    if (asked === undefined) return null;
    progress.facts ??= new Map<number, Fact>();
    let fact = progress.facts.get(place);
    if (fact === undefined) progress.facts.set(place, (fact = factOf(this.scope, trace, asked)));
    return fact;
  }

  /** What has to be said of events of one time, of the traces of one kind. */
  private doubts(item: Item, some: Some, ended: boolean): readonly string[] {
    if (!this.doubted) return [];
    let all = 0;
    this.ofKind(item, some, ended, (_, __, answer) => { all |= answer; return false; });
    return doubts(all);
  }

  private lit(nodes: readonly Named[]): Draft {
    const dark = nodes.filter(({ uuid }) => this.lights(uuid) === 0);
    if (dark.length === 0) return { verdict: "met", final: true, rests: "presence", tell: () => {
      const at = Math.max(...nodes.map(({ uuid }) => this.scope.litAt.get(uuid) ?? -Infinity));
      return { text: `${names(nodes)} ${were(nodes)} seen`, at: Number.isFinite(at) ? at : null };
    } };
    return { verdict: "failed", rests: "absence", tell: () => {
      const misses = dark.reduce((sum, node) => sum + this.unlit.misses(node.uuid), 0);
      return { text: `${names(dark)} ${were(dark)} not seen${misses === 0 ? "" : `: ${counted(misses, "near miss", "near misses")}`}`, details: dark.flatMap((node) => this.why(node)) };
    } };
  }

  private dark(nodes: readonly Named[], ended: boolean): Draft {
    const lit = nodes.filter(({ uuid }) => this.lights(uuid) > 0);
    if (lit.length > 0) return { verdict: "failed", final: true, rests: "presence", tell: () => ({ text: `${names(lit)} ${were(lit)} seen`, details: lit.map((node) => `${shown(node.name)} was seen ${times(this.lights(node.uuid))}`), at: Math.min(...lit.map(({ uuid }) => this.scope.litAt.get(uuid) ?? Infinity)) }) };
    if (!ended) return { verdict: "open", rests: "presence", tell: () => ({ text: `${names(nodes)} ${were(nodes)} not seen so far` }) };
    const never = nodes.filter((node) => node.dark !== "");
    if (never.length > 0) return { verdict: "inconclusive", rests: "presence", tell: () => ({ text: `${names(never)} can never be seen, so this proves nothing`, details: never.map((node) => `${shown(node.name)}: ${node.dark}`) }) };
    return { verdict: "met", rests: "absence", tell: () => ({ text: `${names(nodes)} ${were(nodes)} not seen` }) };
  }

  /** `path` and `order`: some trace, or every trace that lit the first node. */
  private way(item: Item, check: Extract<Item["check"], { kind: "path" | "order" }>, ended: boolean): Draft {
    const { ok, missing } = this.sumsOf(item);
    const traced = { rests: "absence", traced: true } as const;
    const went = (nodes: readonly Named[]): string => `${check.kind === "path" ? "went" : "reached"} ${listed(nodes.map(({ name }) => shown(name)), "then")}`;
    if (check.of === "some" && ok.count > 0) return { verdict: "met", final: check.kind === "order", rests: "presence", tell: () => {
      const [said, fact] = this.plainest(item, ok, ended);
      return { text: `a trace ${went(check.nodes)}`, details: [...this.bridges(check), ...doubts(said)], at: fact?.events[0]?.at ?? null };
    } };
    if (!ended) return { verdict: "open", ...traced, tell: () => ({ text: `no trace ${went(check.nodes)} so far` }) };
    const all = check.of === "every" ? ok.count + missing.count : 0;
    if (all > 0 && missing.count === 0)
      return { verdict: "met", ...traced, tell: () => ({ text: `${counted(all, "trace")} reached ${shown(check.nodes[0]?.name ?? "")}, and each ${went(check.nodes)}`, details: this.doubts(item, ok, ended) }) };
    return { verdict: "failed", ...traced, tell: () => {
      // Of `some` none is met here: those that are missing are all that lit the first node.
      const [[best, answer] = [null, 0]] = this.farthest(item, missing, ended, 1);
      if (best === null || best.prefix === 0) {
        const [first] = check.nodes;
        return { text: `no trace reached ${shown(first?.name ?? "")}`, details: first === undefined ? [] : this.why(first) };
      }
      const next = check.nodes[best.prefix];
      const who = check.of === "every" ? `${counted(missing.count, "trace")} of ${all} did not: one` : "no trace did; the farthest";
      return { text: `${who} ${went(check.nodes.slice(0, best.prefix))}, and then ${best.came}`, details: [...(next === undefined ? [] : this.why(next)), ...doubts(answer)] };
    } };
  }

  /** The first trace of a kind whose events are not of one time, else the first: its answer, and
   * the details. */
  private plainest(item: Item, some: Some, ended: boolean): readonly [number, Fact | null] {
    const found: [Trace, Progress, number][] = [];
    this.ofKind(item, some, ended, (trace, progress, answer) => {
      const plain = (answer & TIED) === 0;
      if (plain || found.length === 0) found[0] = [trace, progress, answer];
      return plain || !ended;
    });
    return found[0] === undefined ? [0, null] : [found[0][2], this.fact(item, found[0][0], found[0][1])];
  }

  private within(item: Item, check: Extract<Item["check"], { kind: "within" }>, ended: boolean): Draft {
    const { ok, missing } = this.sumsOf(item);
    const pair = `from ${shown(check.from.name)} to ${shown(check.to.name)}`;
    const base = { rests: "absence", traced: true } as const;
    if (missing.count > 0) return { verdict: "failed", ...base, tell: () => {
      const above = this.farthest(item, missing, ended, TOLD).map(([fact]) => fact);
      return {
        text: `${duration(above[0]?.ms ?? 0)} ${pair}, and ${duration(check.ms)} are the most`,
        details: [...above.slice(0, TOLD).flatMap(({ events }) => events.map(eventText)), ...this.doubts(item, missing, ended)], at: above[0]?.events[0]?.at ?? null,
      };
    } };
    const none = `no trace reached ${shown(check.to.name)} after ${shown(check.from.name)}`;
    if (!ended) return { verdict: "open", ...base, tell: () => ({ text: ok.count === 0 ? `${none} so far` : `at most ${duration(check.ms)} ${pair} so far` }) };
    if (ok.count === 0) return { verdict: "failed", ...base, tell: () => ({ text: none, details: [...this.why(check.from), ...this.why(check.to)] }) };
    return { verdict: "met", ...base, tell: () => {
      let most = 0;
      this.ofKind(item, ok, ended, (_, __, answer) => { most = Math.max(most, amountOf(answer)); return false; });
      return { text: `at most ${duration(most)} ${pair}`, details: this.doubts(item, ok, ended) };
    } };
  }

  private count(check: Extract<Item["check"], { kind: "count" }>, ended: boolean): Draft {
    const { node, min, max } = check;
    const n = this.lights(node.uuid);
    const seen = `${shown(node.name)} was ${n === 0 ? "never seen" : `seen ${times(n)}`}`;
    const unexpected = (): string => `${seen}, and ${rangeOf(min, max).replace("is ", "exactly ")} was expected`;
    if (n > max) return { verdict: "failed", final: true, rests: "presence", tell: () => ({ text: unexpected(), details: this.firstThatLit(node.uuid).map(eventText) }) };
    if (n < min) return { verdict: ended ? "failed" : "open", rests: "absence", tell: () => ({ text: unexpected(), details: this.why(node) }) };
    if (max === Infinity) return { verdict: "met", final: true, rests: "presence", tell: () => ({ text: seen }) };
    return { verdict: ended ? "met" : "open", rests: "absence", tell: () => ({ text: seen }) };
  }

  /** The first few events that lit a node, by time. */
  private firstThatLit(node: string): readonly Kept[] {
    const tally: Tally = { n: 0, first: [] };
    for (const event of this.scope.events) if (event.nodes.includes(node)) gather(tally, event);
    return tally.first;
  }

  private condition(item: Item, check: Conditional, n: number, ended: boolean): Draft {
    const { where } = check;
    const { ok, missing, events } = this.sumsOf(item);
    const apart = where.first ? this.firstApart(check) : this.tallies[n] ?? { n: 0, first: [] };
    const hits = apart.n + (where.unstable ? events : 0);
    const base = { rests: where.unstable ? "absence" : "presence", traced: where.traced, final: !where.unstable } as const;
    const asked = `\`${shown(where.text)}\``;
    const told = (text: string): Told => {
      const { first } = where.unstable ? this.traceTally(item, apart, ended) : apart;
      return { text, details: [...first.map((event) => this.readText(event, where.paths)), ...this.doubts(item, check.kind === "some" ? ok : missing, ended)], at: where.unstable ? null : Math.min(...first.map(({ at }) => at)) };
    };
    const absent = { rests: "absence", traced: where.traced } as const;
    if (check.kind !== "each") {
      const some = check.kind === "some";
      if (hits > 0) return { verdict: some ? "met" : "failed", ...base, tell: () => told(`${counted(hits, "event passes", "events pass")} ${asked}`) };
      return { verdict: ended ? some ? "failed" : "met" : "open", ...absent, tell: () => ({ text: `no event passes ${asked}` }) };
    }
    const name = shown(check.node.name);
    if (hits > 0) return { verdict: "failed", ...base, tell: () => told(`${counted(hits, "event")} of ${name} ${hits === 1 ? "does" : "do"} not pass ${asked}`) };
    const lit = this.lights(check.node.uuid);
    if (lit === 0) return { verdict: ended ? "failed" : "open", rests: "absence", tell: () => ({ text: `${name} was not seen`, details: this.why(check.node) }) };
    return { verdict: ended ? "met" : "open", ...absent, tell: () => ({ text: `${counted(lit, "event")} of ${name}, and ${lit === 1 ? "it passes" : "all pass"} ${asked}` }) };
  }

  /** The first events, of those in traces and apart from them, that pass a condition (or fail an
   * `each`); before the end of a few traces. */
  private traceTally(item: Item, apart: Tally, ended: boolean): Tally {
    const tally: Tally = { n: 0, first: [...apart.first] };
    this.ofKind(item, this.sumsOf(item).hits, ended, (trace, progress) => {
      const last = tally.first[TOLD - 1];
      if (last !== undefined && (trace.visits[0]?.at ?? 0) > last.occurredAt) return false;
      for (const event of this.fact(item, trace, progress)?.events ?? []) gather(tally, event);
      return false;
    });
    return tally;
  }

  /** Events outside traces that pass a condition which asks for the first ones (or fail an
   * `each`). */
  private firstApart(check: Conditional): Tally {
    const tally: Tally = { n: 0, first: [] };
    for (const event of this.untraced) {
      if ("node" in check && !event.nodes.includes(check.node.uuid)) continue;
      if (check.where.test.holds(event, null, isFirst(this.scope, event)) !== (check.kind === "each")) gather(tally, event);
    }
    return tally;
  }

  private covers({ nodes, edges, able, ways }: Extract<Item["check"], { kind: "coverage" }>): Draft {
    let [lit, gone] = [0, 0];
    for (const uuid of able) if (this.lights(uuid) > 0) lit += 1;
    for (const edge of ways) if (this.edgeCount(edge) > 0) gone += 1;
    const short = (share: number | null, of: number, all: number): boolean => share !== null && (all === 0 || of * 100 < share * all);
    const [nodesShort, edgesShort] = [short(nodes, lit, able.size), short(edges, gone, ways.size)];
    const said = (): string => [nodes === null ? "" : `${lit} of ${able.size} nodes seen (${percent(lit, able.size)})`, edges === null ? "" : `${gone} of ${ways.size} edges seen (${percent(gone, ways.size)})`].filter(Boolean).join(", ");
    if (!nodesShort && !edgesShort) return { verdict: "met", final: edges === null, rests: "presence", tell: () => ({ text: said() }) };
    return { verdict: "failed", rests: "absence", tell: () => {
      const asked = [nodesShort ? `${nodes ?? 0}% of nodes` : "", edgesShort ? `${edges ?? 0}% of edges` : ""].filter(Boolean).join(" and ");
      const dark = this.plan.graph.nodes.filter(({ uuid }) => able.has(uuid) && this.lights(uuid) === 0);
      return { text: `${said()}, and ${asked} were expected`, details: nodesShort ? [`not seen: ${dark.map(({ id, label, uuid }) => shown(id || label || uuid)).join(", ")}`] : [] };
    } };
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
    const add = (kind: string, title: string, rule: "fail" | "warn" | "allow", of: "near" | "unmapped", text: string): void => {
      if (rule === "allow") return;
      const number = before + verdicts.length + 1;
      const n = this.unlit.events(of);
      const draft: Draft = n > 0
        ? { verdict: "failed", final: true, rests: "presence", tell: () => ({ text: `${counted(n, "event")} ${text}`, ...this.unlit.told(of, 4 * TOLD) }) }
        : { verdict: ended ? "met" : "open", rests: "absence", tell: () => ({ text: `no event ${text}` }) };
      verdicts.push(this.verdict(number, kind, `${number} policy: ${title}`, rule, ["policy", kind], draft, ended));
    };
    add("near_misses", "no near misses", nearMisses, "near", "nearly matched a node");
    add("unmapped", "no unmapped names", unmapped, "unmapped", "matched no node");
    return verdicts;
  }

  /** Why a node did not light. */
  private why(node: Named): readonly string[] {
    return this.lights(node.uuid) > 0 ? [] : this.unlit.why(node, TOLD);
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
    return [eventText(event), ...(read.length === 0 ? [] : [read.join(", ")])].join(": ");
  }
}

/** An event by its name, its id and when it occurred. */
function eventText(event: Kept): string {
  return `${quoted(event.name)} (${shown(event.id)}) at ${new Date(event.occurredAt).toISOString()}`;
}

/** What has to be said of events of one time, by the answers that rest on their order. */
function doubts(answers: number): readonly string[] {
  const said: string[] = [];
  if ((answers & TIED) !== 0) said.push("events of one millisecond were taken in the order that fits");
  if ((answers & DOUBTFUL) !== 0) said.push("many events have one time, so the order of their arrival was taken");
  return said;
}

function byEvent({ events: [a] }: Fact, { events: [b] }: Fact): number {
  return a === undefined || b === undefined ? 0 : byTime(a, b);
}

function were(nodes: readonly Named[]): string {
  return nodes.length === 1 ? "was" : "were";
}

function names(nodes: readonly Named[]): string {
  return listed(nodes.map(({ name }) => shown(name)));
}
