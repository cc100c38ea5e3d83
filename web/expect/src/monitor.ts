/** Monitors: what a trace has done about each expectation, read visit by visit.
 *
 * A visit touches only the monitors of the nodes that it lit, so that an event costs the same in
 * a long trace as in a short one. If a trace changed before its end (a late event, a join), it
 * is read anew. */
import type { Passage } from "./condition.ts";
import { route, type Trace, type Visit } from "./engine.ts";
import { answerOf, type Asked, DOUBTFUL, type Fact, hitAs, OK, reachedAs, TIED, tookAs, type TraceCheck, type Walk, walkOf } from "./facts.ts";
import type { Named } from "./plan.ts";
import { eventOf, type Kept, type Scope } from "./scope.ts";
import { walksOf } from "./walk.ts";

/** Nodes of a path that fit into the bits of a number; longer ones are worked out from the walk. */
const BITS = 30;

/** One trace, as far as it was read. */
export interface Progress {
  /** Its place in the rows. */
  readonly row: number;
  /** Details of its answers, by expectation, until one changes. */
  facts: Map<number, Fact> | null;
  read: number;
  last: Visit | null;
  dropped: number;
  partial: boolean;
  /** Two visits have one time. */
  tied: boolean;
  /** Where it stands, as the so-manieth: the nodes there, and how it came. */
  stand: number;
  nodes: readonly number[];
  step: boolean;
  from: number;
  head: number;
}

/** The visit that is being read, the `n`th of its trace. */
interface Reading {
  progress: Progress;
  visit: Visit;
  n: number;
  /** What the event did, as conditions see it; null of a partial trace. */
  passage: Passage | null;
  /** The visit's event, undefined until it is asked for. */
  event: Kept | null | undefined;
}

/** A monitor. `words` are those of all traces, of which its own begin at `at`.
 *
 * What runs once an event counts by index: of `for … of` and of a list taken apart V8 makes objects
 * here, which its collector then has to clear away.
 *
 * Each kind is a class, not a function that makes functions: V8 compiles a method once for all
 * expectations of all runs, and a function that was made anew each time anew. */
interface Monitor {
  readonly size: number;
  /** The nodes whose visits it reads, null for every visit. */
  readonly nodes: Iterable<number> | null;
  /** Whether the answer may be another now. */
  read(words: Int32Array, at: number, reading: Reading): boolean;
  answer(words: Int32Array, at: number, trace: Trace): number;
}

/** The monitor of the expectation at `place`, with where its first word is in a row. */
interface Placed {
  readonly monitor: Monitor;
  readonly place: number;
  readonly at: number;
}

const EMPTY: readonly number[] = [];
const NONE: readonly Placed[] = [];
/** Bits of a word. */
const WORD = 32;
/** Rows that the first arrays have. */
const FIRST_ROWS = 64;

/** A row of numbers for each trace: what its monitors remember, and what it was held to say. They
 * lie outside the heap, where V8 would look through them at each collection. */
class Rows {
  words: Int32Array;
  answers: Float64Array;
  private rows = 0;
  private freed: number[] = [];

  constructor(readonly width: number, private readonly places: number) {
    this.words = new Int32Array(width * FIRST_ROWS);
    this.answers = new Float64Array(places * FIRST_ROWS);
  }

  /** A row of zeros. */
  take(): number {
    const known = this.freed.pop();
    if (known !== undefined) return known;
    const room = Math.max(this.answers.length / this.places, FIRST_ROWS);
    if (this.rows === room) {
      this.words = grown(this.words, new Int32Array(this.width * room * 2));
      this.answers = grown(this.answers, new Float64Array(this.places * room * 2));
    }
    this.rows += 1;
    return this.rows - 1;
  }

  /** Sets the words of a row to zero. */
  forget(row: number): void {
    this.words.fill(0, row * this.width, (row + 1) * this.width);
  }

  free(row: number): void {
    this.forget(row);
    this.answers.fill(0, row * this.places, (row + 1) * this.places);
    this.freed.push(row);
  }

  clear(): void {
    [this.rows, this.freed] = [0, []];
    this.words.fill(0);
    this.answers.fill(0);
  }
}

function grown<T extends Int32Array | Float64Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

/** Whether an event lit a node; most light one. */
function has(lit: readonly number[], node: number): boolean {
  return lit.length === 1 ? lit[0] === node : lit.includes(node);
}

type Within = Extract<TraceCheck, { kind: "within" }>;
type Conditional = Extract<TraceCheck, { where: unknown }>;

/** All monitors of one judge. */
export class Monitors {
  private readonly all: readonly (Placed | null)[];
  private readonly ofNode: readonly (readonly Placed[])[];
  private readonly ofAny: readonly Placed[];
  /** What the trace that was read last says to each expectation. */
  readonly said: Float64Array;
  /** Places of expectations without a monitor. */
  private readonly unmonitored: readonly number[];
  /** Places whose answer may be another since the last look: the first `touches` of `touched`. A
   * place is among them if its stamp is that of this look. */
  readonly touched: Int32Array;
  private touches = 0;
  private readonly stamps: Float64Array;
  private stamp = 0;
  /** Each node alone, as a place where a trace stands. */
  private readonly alone: readonly (readonly number[])[];
  private readonly rows: Rows;
  private readonly asksSeen: boolean;
  /** The visit that is being read, and how conditions see it; used again for each. */
  private reading: Reading | null = null;
  private readonly passage: { move: Passage["move"]; from: string | null; seen: Passage["seen"] };
  private seenAt = 0;

  constructor(private readonly scope: Scope, private readonly asked: readonly Asked[]) {
    this.asksSeen = asked.some(({ check }) => "where" in check);
    let size = this.asksSeen ? Math.ceil(scope.graph.nodes.length / WORD) : 0;
    this.all = asked.map((one, place): Placed | null => {
      const monitor = this.monitorOf(one);
      if (monitor === null) return null;
      const placed = { monitor, place, at: size };
      size += monitor.size;
      return placed;
    });
    const every = this.all.filter((placed) => placed !== null);
    this.ofAny = every.filter(({ monitor }) => monitor.nodes === null);
    const ofNode: Placed[][] = scope.graph.nodes.map(() => []);
    for (const placed of every) for (const node of placed.monitor.nodes ?? []) ofNode[node]?.push(placed);
    this.ofNode = ofNode;
    this.rows = new Rows(size, asked.length);
    this.said = new Float64Array(asked.length);
    this.unmonitored = asked.map((_, place) => place).filter((place) => this.all[place] === null);
    this.touched = new Int32Array(asked.length);
    this.stamps = new Float64Array(asked.length);
    this.alone = scope.graph.nodes.map((_, node) => [node]);
    this.passage = { move: "entry", from: null, seen: { has: (node) => this.hasSeen(node) } };
  }

  begin(): Progress {
    return { row: this.rows.take(), facts: null, read: 0, last: null, dropped: 0, partial: false, tied: false, stand: 0, nodes: EMPTY, step: false, from: -1, head: -1 };
  }

  /** Lets a trace go. */
  end({ row }: Progress): void {
    this.rows.free(row);
  }

  /** Lets all traces go. */
  clear(): void {
    this.rows.clear();
  }

  /** What a trace was held to say to an expectation. */
  held({ row }: Progress, place: number): number {
    return this.rows.answers[row * this.asked.length + place] ?? 0;
  }

  /** Holds what it says now. */
  hold({ row }: Progress, place: number, answer: number): void {
    this.rows.answers[row * this.asked.length + place] = answer;
  }

  /** Reads what is new of a trace, and sets what it `said`. Gives how many of the `touched` places
   * are of expectations to which it may say something else now. Of the orders of its ties the first
   * that meets an expectation counts. */
  look(progress: Progress, trace: Trace): number {
    if (this.read(progress, trace) || progress.tied) for (let place = 0; place < this.asked.length; place += 1) this.touch(place);
    const { said, scope, touched, touches, rows: { words, width } } = this;
    const begins = progress.row * width;
    const walks = progress.tied ? walksOf(scope.traces, trace) : null;
    const tied = walks !== null && walks.tied > 0;
    let walk: Walk | null = null;
    let others: readonly Walk[] | null = null;
    for (let nth = 0; nth < touches; nth += 1) {
      const place = touched[nth] ?? 0;
      const placed = this.all[place] ?? null;
      const one = this.asked[place];
      if (one === undefined) continue;
      let answer = placed === null ? answerOf(scope, trace, one, walk ??= walkOf((walks ?? walksOf(scope.traces, trace)).first)) : placed.monitor.answer(words, begins + placed.at, trace);
      if (tied && (answer & OK) === 0) {
        others ??= walks.others().map(walkOf);
        const better = others.map((other) => answerOf(scope, trace, one, other)).find((other) => (other & OK) !== 0);
        answer = better === undefined ? answer + (walks.doubtful ? DOUBTFUL : 0) : better + TIED;
      }
      said[place] = answer;
    }
    return touches;
  }

  /** Reads what is new of a trace; whether it was read from its beginning. */
  private read(progress: Progress, trace: Trace): boolean {
    const { visits } = trace;
    this.stamp += 1;
    this.touches = 0;
    for (let nth = 0; nth < this.unmonitored.length; nth += 1) this.touch(this.unmonitored[nth] ?? 0);
    if (progress.dropped !== trace.dropped || progress.partial !== trace.partial || (progress.last !== null && visits[progress.read - 1] !== progress.last)) this.restart(progress, trace);
    const anew = progress.last === null;
    for (let n = progress.read; n < visits.length; n += 1) {
      const visit = visits[n];
      if (visit !== undefined) this.visit(progress, trace, visit, n);
    }
    progress.read = visits.length;
    progress.last = visits[visits.length - 1] ?? null;
    return anew;
  }

  private touch(place: number): void {
    if (this.stamps[place] === this.stamp) return;
    this.stamps[place] = this.stamp;
    this.touched[this.touches] = place;
    this.touches += 1;
  }

  private restart(progress: Progress, trace: Trace): void {
    this.rows.forget(progress.row);
    Object.assign(progress, { facts: null, read: 0, last: null, dropped: trace.dropped, partial: trace.partial, tied: false, stand: 0, nodes: EMPTY, step: false, from: -1, head: -1 });
  }

  private visit(progress: Progress, trace: Trace, visit: Visit, n: number): void {
    const { lit } = visit;
    if (progress.last !== null && progress.last.at === visit.at) progress.tied = true;
    progress.last = visit;
    if (lit.length > 0) this.stand(progress, visit);
    const { rows: { words, width } } = this;
    const begins = progress.row * width;
    const passage = this.asksSeen && !trace.partial ? this.see(begins, visit) : null;
    const reading = this.reading ??= { progress, visit, n, passage, event: undefined };
    reading.progress = progress;
    reading.visit = visit;
    reading.n = n;
    reading.passage = passage;
    reading.event = undefined;
    this.show(this.ofAny, begins, reading);
    const only = lit[0];
    if (only === undefined) return;
    this.show(lit.length === 1 ? this.ofNode[only] ?? NONE : [...new Set(lit.flatMap((node) => this.ofNode[node] ?? NONE))], begins, reading);
    if (!this.asksSeen) return;
    for (let nth = 0; nth < lit.length; nth += 1) {
      const node = lit[nth] ?? 0;
      words[begins + (node / WORD | 0)] = (words[begins + (node / WORD | 0)] ?? 0) | (1 << node % WORD);
    }
  }

  private show(monitors: readonly Placed[], begins: number, reading: Reading): void {
    const { words } = this.rows;
    for (let nth = 0; nth < monitors.length; nth += 1) {
      const placed = monitors[nth];
      if (placed === undefined) continue;
      if (placed.monitor.read(words, begins + placed.at, reading)) this.touch(placed.place);
    }
  }

  /** Where a trace stands after a visit: a stay adds its nodes to those where it stood. */
  private stand(progress: Progress, { move, from, after: { head, also } }: Visit): void {
    if (move !== "stay" || progress.stand === 0) {
      progress.stand += 1;
      progress.step = move === "step";
      progress.from = from;
      progress.head = head;
      progress.nodes = also.length === 0 ? this.alone[head] ?? [head] : [head, ...also];
      return;
    }
    for (const node of [head, ...also]) if (!progress.nodes.includes(node)) progress.nodes = [...progress.nodes, node];
  }

  private see(begins: number, visit: Visit): Passage {
    const { passage } = this;
    passage.move = visit.move;
    passage.from = this.uuid(visit.move === "unmapped" ? visit.after.head : visit.from);
    this.seenAt = begins;
    return passage;
  }

  private hasSeen(uuid: string): boolean {
    const node = this.scope.traces.routeIndex.index.get(uuid);
    return node !== undefined && ((this.rows.words[this.seenAt + (node / WORD | 0)] ?? 0) & (1 << node % WORD)) !== 0;
  }

  private uuid(index: number): string | null {
    return this.scope.graph.nodes[index]?.uuid ?? null;
  }

  /** The monitor of one expectation; null if only its whole walk tells. */
  private monitorOf({ check, gate }: Asked): Monitor | null {
    switch (check.kind) {
      case "path": return check.nodes.length > BITS ? null : new PathMonitor(check.nodes, this.scope);
      case "order": return new OrderMonitor(check.nodes);
      case "within": return new WithinMonitor(check);
      default: return check.where.first ? null : new ConditionMonitor(check, gate, this.scope);
    }
  }
}

/** Every run through the path at once, as bits: bit n says that a run stands at node n. Its
 * words are the bits here, those where the trace stood before, which stand that is, and all
 * bits so far. */
class PathMonitor implements Monitor {
  readonly size = 4;
  readonly nodes: ReadonlySet<number>;
  /** Per node of the graph: its places in the path. */
  private readonly places: Int32Array;
  /** Places that the graph has a way to from the one before. */
  private readonly ways: number;

  constructor(private readonly wanted: readonly Named[], { graph, traces }: Scope) {
    this.nodes = new Set(wanted.map(({ index }) => index));
    this.places = new Int32Array(graph.nodes.length);
    let ways = 0;
    wanted.forEach(({ index }, n) => {
      this.places[index] = (this.places[index] ?? 0) | (1 << n);
      const before = wanted[n - 1];
      if (before !== undefined && route(traces.routeIndex, before.index, index) !== null) ways |= 1 << n;
    });
    this.ways = ways;
  }

  read(words: Int32Array, at: number, { progress: { stand: here, nodes: there, step, from, head } }: Reading): boolean {
    const { places } = this;
    if (words[at + 2] !== here) {
      words[at + 1] = words[at + 2] === here - 1 ? words[at] ?? 0 : 0;
      words[at + 2] = here;
    }
    let has = 0;
    for (let nth = 0; nth < there.length; nth += 1) has |= places[there[nth] ?? -1] ?? 0;
    const before = words[at + 1] ?? 0;
    let now = has & 1;
    if (step && before !== 0) now |= (before << 1) & has & (this.ways | (((places[from] ?? 0) << 1) & (places[head] ?? 0)));
    words[at] = now;
    const all = words[at + 3] ?? 0;
    if ((all | now) === all) return false;
    words[at + 3] = all | now;
    return true;
  }

  answer(words: Int32Array, at: number): number {
    return reachedAs(32 - Math.clz32(words[at + 3] ?? 0), this.wanted);
  }
}

/** Its word is how many nodes were lit in their order. */
class OrderMonitor implements Monitor {
  readonly size = 1;
  readonly nodes: ReadonlySet<number>;
  private readonly order: readonly number[];

  constructor(private readonly wanted: readonly Named[]) {
    this.order = wanted.map(({ index }) => index);
    this.nodes = new Set(this.order);
  }

  read(words: Int32Array, at: number, { visit: { lit } }: Reading): boolean {
    const { order } = this;
    const before = words[at] ?? 0;
    if (lit.length === 1) {
      if (lit[0] !== order[before]) return false;
      words[at] = before + 1;
      return true;
    }
    let reached = before;
    // One event that lights several nodes lights them at once, so in any order.
    const left = [...lit];
    for (let place = left.indexOf(order[reached] ?? -1); place >= 0; place = left.indexOf(order[reached] ?? -1)) {
      left.splice(place, 1);
      reached += 1;
    }
    words[at] = reached;
    return reached !== before;
  }

  answer(words: Int32Array, at: number): number {
    return reachedAs(words[at] ?? 0, this.wanted);
  }
}

/** Its words are, counted from 1, the visit of the last `from`, and that of the first `to` after
 * one. */
class WithinMonitor implements Monitor {
  readonly size = 2;
  readonly nodes: ReadonlySet<number>;
  private readonly from: number;
  private readonly to: number;

  constructor(private readonly check: Within) {
    [this.from, this.to] = [check.from.index, check.to.index];
    this.nodes = new Set([this.from, this.to]);
  }

  read(words: Int32Array, at: number, { visit: { lit }, n }: Reading): boolean {
    if (words[at + 1] !== 0) return false;
    if (words[at] !== 0 && has(lit, this.to)) {
      words[at + 1] = n + 1;
      return true;
    }
    if (has(lit, this.from)) words[at] = n + 1;
    return false;
  }

  answer(words: Int32Array, at: number, { visits }: Trace): number {
    const since = visits[(words[at] ?? 0) - 1];
    const until = visits[(words[at + 1] ?? 0) - 1];
    return until === undefined || since === undefined ? 0 : tookAs(this.check, until.at - since.at);
  }
}

/** Its word is how many events pass (or fail an `each`). */
class ConditionMonitor implements Monitor {
  readonly size = 1;
  readonly nodes: readonly number[] | null;
  private readonly each: boolean;

  constructor(private readonly check: Conditional, gate: Asked["gate"], private readonly scope: Scope) {
    this.each = check.kind === "each";
    this.nodes = check.kind === "each" ? [check.node.index] : gate;
  }

  read(words: Int32Array, at: number, reading: Reading): boolean {
    let { event } = reading;
    if (event === undefined) reading.event = event = eventOf(this.scope, reading.visit);
    if (event === null || this.check.where.test.holds(event, reading.passage, false) === this.each) return false;
    words[at] = (words[at] ?? 0) + 1;
    return true;
  }

  answer(words: Int32Array, at: number): number {
    return hitAs(this.check.kind, words[at] ?? 0);
  }
}
