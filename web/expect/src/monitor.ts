/** Monitors: what a trace has done about each expectation, read visit by visit.
 *
 * A visit touches only the monitors of the nodes that it lit, so that an event costs the same in
 * a long trace as in a short one. If a trace changed before its end (a late event, a join), it
 * is read anew. */
import type { Passage } from "./condition.ts";
import { route, type Trace, type Visit } from "./engine.ts";
import { answerOf, type Asked, DOUBTFUL, type Fact, hitAs, OK, reachedAs, TIED, tookAs, type TraceCheck, type Walk, walkOf } from "./facts.ts";
import { eventOf, type Scope } from "./scope.ts";
import { walksOf } from "./walk.ts";

/** Nodes of a path that fit into the bits of a number; longer ones are worked out from the walk. */
const BITS = 30;

/** One trace, as far as it was read. */
export interface Progress {
  /** What it says to each expectation. */
  readonly answers: number[];
  /** Details of its answers, by expectation, until one changes. */
  facts: Map<number, Fact> | null;
  /** What each monitor remembers, from its own place on. */
  readonly words: number[];
  read: number;
  last: Visit | null;
  dropped: number;
  partial: boolean;
  /** Two visits have one time. */
  tied: boolean;
  /** Where it stands, as the so-manieth: the nodes there, and how it came. */
  stand: number;
  readonly nodes: number[];
  step: boolean;
  from: number;
  head: number;
  /** The nodes that it has lit, each once; only if a condition asks. */
  readonly seen: string[];
}

interface Monitor {
  readonly size: number;
  /** The nodes whose visits it reads, null for every visit. */
  readonly nodes: Iterable<number> | null;
  read(progress: Progress, trace: Trace, visit: Visit, n: number): void;
  answer(progress: Progress, trace: Trace): number;
}

type Way = Extract<TraceCheck, { kind: "path" | "order" }>;
type Within = Extract<TraceCheck, { kind: "within" }>;
type Conditional = Extract<TraceCheck, { where: unknown }>;

/** All monitors of one judge. */
export class Monitors {
  private readonly all: readonly (Monitor | null)[];
  private readonly ofNode: readonly (readonly Monitor[])[];
  private readonly ofAny: readonly Monitor[];
  private readonly blank: readonly number[];
  private readonly said: number[];
  private readonly asksSeen: boolean;
  /** The visit that is being read, as conditions see it. */
  private readonly passage: { move: Passage["move"]; from: string | null; seen: Passage["seen"] };
  private lit: readonly string[] = [];

  constructor(private readonly scope: Scope, private readonly asked: readonly Asked[]) {
    let size = 0;
    this.all = asked.map((one) => {
      const monitor = this.monitorOf(one, size);
      size += monitor?.size ?? 0;
      return monitor;
    });
    const every = this.all.filter((monitor) => monitor !== null);
    this.ofAny = every.filter(({ nodes }) => nodes === null);
    const ofNode: Monitor[][] = scope.graph.nodes.map(() => []);
    for (const monitor of every) for (const node of monitor.nodes ?? []) ofNode[node]?.push(monitor);
    this.ofNode = ofNode;
    this.blank = Array.from({ length: size }, () => 0);
    this.said = asked.map(() => 0);
    this.passage = { move: "entry", from: null, seen: { has: (node) => this.lit.includes(node) } };
    this.asksSeen = asked.some(({ check }) => "where" in check);
  }

  begin(): Progress {
    return { answers: new Array<number>(this.asked.length).fill(0), facts: null, words: this.blank.slice(), read: 0, last: null, dropped: 0, partial: false, tied: false, stand: 0, nodes: [], step: false, from: -1, head: -1, seen: [] };
  }

  /** Reads what is new of a trace, and gives what it says to each expectation; the list is used
   * again. Of the orders of its ties the first that meets an expectation counts. */
  answers(progress: Progress, trace: Trace): readonly number[] {
    this.read(progress, trace);
    const { said, scope } = this;
    const walks = progress.tied ? walksOf(scope.traces, trace) : null;
    const tied = walks !== null && walks.tied > 0;
    let walk: Walk | null = null;
    let others: readonly Walk[] | null = null;
    for (let place = 0; place < said.length; place += 1) {
      const monitor = this.all[place] ?? null;
      const one = this.asked[place];
      if (one === undefined) continue;
      let answer = monitor === null ? answerOf(scope, trace, one, walk ??= walkOf((walks ?? walksOf(scope.traces, trace)).first)) : monitor.answer(progress, trace);
      if (tied && (answer & OK) === 0) {
        others ??= walks.others().map(walkOf);
        const better = others.map((other) => answerOf(scope, trace, one, other)).find((other) => (other & OK) !== 0);
        answer = better === undefined ? answer + (walks.doubtful ? DOUBTFUL : 0) : better + TIED;
      }
      said[place] = answer;
    }
    return said;
  }

  private read(progress: Progress, trace: Trace): void {
    const { visits } = trace;
    if (progress.dropped !== trace.dropped || progress.partial !== trace.partial || (progress.last !== null && visits[progress.read - 1] !== progress.last)) this.restart(progress, trace);
    for (let n = progress.read; n < visits.length; n += 1) {
      const visit = visits[n];
      if (visit !== undefined) this.visit(progress, trace, visit, n);
    }
    progress.read = visits.length;
    progress.last = visits[visits.length - 1] ?? null;
  }

  private restart(progress: Progress, trace: Trace): void {
    for (let n = 0; n < progress.words.length; n += 1) progress.words[n] = 0;
    Object.assign(progress, { facts: null, read: 0, last: null, dropped: trace.dropped, partial: trace.partial, tied: false, stand: 0, step: false, from: -1, head: -1 });
    progress.nodes.length = 0;
    progress.seen.length = 0;
  }

  private visit(progress: Progress, trace: Trace, visit: Visit, n: number): void {
    const { lit } = visit;
    if (progress.last !== null && progress.last.at === visit.at) progress.tied = true;
    progress.last = visit;
    if (lit.length > 0) stand(progress, visit);
    if (this.asksSeen) this.see(progress, visit);
    for (const monitor of this.ofAny) monitor.read(progress, trace, visit, n);
    if (lit.length === 1) for (const monitor of this.ofNode[lit[0] ?? -1] ?? []) monitor.read(progress, trace, visit, n);
    else if (lit.length > 1) for (const monitor of new Set(lit.flatMap((node) => this.ofNode[node] ?? []))) monitor.read(progress, trace, visit, n);
    if (this.asksSeen) for (const node of lit) remember(progress.seen, this.uuid(node) ?? "");
  }

  private see(progress: Progress, visit: Visit): void {
    const { passage } = this;
    passage.move = visit.move;
    passage.from = this.uuid(visit.move === "unmapped" ? visit.after.head : visit.from);
    this.lit = progress.seen;
  }

  private uuid(index: number): string | null {
    return this.scope.graph.nodes[index]?.uuid ?? null;
  }

  /** The monitor of one expectation, whose words begin at `at`; null if only its whole walk
   * tells. */
  private monitorOf({ check, gate }: Asked, at: number): Monitor | null {
    switch (check.kind) {
      case "path": return check.nodes.length > BITS ? null : this.pathMonitor(check, at);
      case "order": return orderMonitor(check, at);
      case "within": return withinMonitor(check, at);
      default: return check.where.first ? null : this.conditionMonitor(check, gate, at);
    }
  }

  /** Every run through the path at once, as bits: bit n says that a run stands at node n. Its
   * words are the bits here, those where the trace stood before, which stand that is, and all
   * bits so far. */
  private pathMonitor({ nodes }: Way, at: number): Monitor {
    const places = new Map<number, number>();
    let ways = 0;
    nodes.forEach(({ index }, n) => {
      places.set(index, (places.get(index) ?? 0) | (1 << n));
      const before = nodes[n - 1];
      if (before !== undefined && route(this.scope.traces.routeIndex, before.index, index) !== null) ways |= 1 << n;
    });
    return {
      size: 4, nodes: places.keys(),
      read: ({ words, stand: here, nodes: there, step, from, head }) => {
        if (words[at + 2] !== here) {
          words[at + 1] = words[at + 2] === here - 1 ? words[at] ?? 0 : 0;
          words[at + 2] = here;
        }
        let has = 0;
        for (const node of there) has |= places.get(node) ?? 0;
        const before = words[at + 1] ?? 0;
        let now = has & 1;
        if (step && before !== 0) now |= (before << 1) & has & (ways | (((places.get(from) ?? 0) << 1) & (places.get(head) ?? 0)));
        words[at] = now;
        words[at + 3] = (words[at + 3] ?? 0) | now;
      },
      answer: ({ words }) => reachedAs(32 - Math.clz32(words[at + 3] ?? 0), nodes),
    };
  }

  /** Its word is how many events pass (or fail an `each`). */
  private conditionMonitor(check: Conditional, gate: Asked["gate"], at: number): Monitor {
    const { kind, where } = check;
    const each = kind === "each";
    return {
      size: 1, nodes: check.kind === "each" ? [check.node.index] : gate,
      read: ({ words }, trace, visit) => {
        const event = eventOf(this.scope, visit);
        if (event !== null && where.holds(event, trace.partial ? null : this.passage, false) !== each) words[at] = (words[at] ?? 0) + 1;
      },
      answer: ({ words }) => hitAs(kind, words[at] ?? 0),
    };
  }
}

function remember(seen: string[], node: string): void {
  if (!seen.includes(node)) seen.push(node);
}

/** Where a trace stands after a visit: a stay adds its nodes to those where it stood. */
function stand(progress: Progress, { move, from, after: { head, also } }: Visit): void {
  const { nodes } = progress;
  if (move !== "stay" || progress.stand === 0) {
    progress.stand += 1;
    progress.step = move === "step";
    progress.from = from;
    progress.head = head;
    nodes.length = 0;
  }
  if (!nodes.includes(head)) nodes.push(head);
  for (const node of also) if (!nodes.includes(node)) nodes.push(node);
}

/** Its word is how many nodes were lit in their order. */
function orderMonitor({ nodes }: Way, at: number): Monitor {
  const wanted = nodes.map(({ index }) => index);
  return {
    size: 1, nodes: new Set(wanted),
    read: ({ words }, _, { lit }) => {
      let reached = words[at] ?? 0;
      if (lit.length === 1) {
        if (lit[0] === wanted[reached]) words[at] = reached + 1;
        return;
      }
      // One event that lights several nodes lights them at once, so in any order.
      const left = [...lit];
      for (let place = left.indexOf(wanted[reached] ?? -1); place >= 0; place = left.indexOf(wanted[reached] ?? -1)) {
        left.splice(place, 1);
        reached += 1;
      }
      words[at] = reached;
    },
    answer: ({ words }) => reachedAs(words[at] ?? 0, nodes),
  };
}

/** Its words are, counted from 1, the visit of the last `from`, and that of the first `to` after
 * one. */
function withinMonitor(check: Within, at: number): Monitor {
  const [from, to] = [check.from.index, check.to.index];
  return {
    size: 2, nodes: new Set([from, to]),
    read: ({ words }, _, { lit }, n) => {
      if (words[at + 1] !== 0) return;
      if (words[at] !== 0 && lit.includes(to)) words[at + 1] = n + 1;
      else if (lit.includes(from)) words[at] = n + 1;
    },
    answer: ({ words }, { visits }) => {
      const [since, until] = [visits[(words[at] ?? 0) - 1], visits[(words[at + 1] ?? 0) - 1]];
      return until === undefined || since === undefined ? 0 : tookAs(check, until.at - since.at);
    },
  };
}
