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

/** `words` are those of all traces, of which its own begin at `at`. */
interface Monitor {
  readonly size: number;
  /** The nodes whose visits it reads, null for every visit. */
  readonly nodes: Iterable<number> | null;
  read(words: Int32Array, at: number, progress: Progress, trace: Trace, visit: Visit, n: number): void;
  answer(words: Int32Array, at: number, trace: Trace): number;
}

/** A monitor with the place of its first word in a row. */
interface Placed {
  readonly monitor: Monitor;
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

type Way = Extract<TraceCheck, { kind: "path" | "order" }>;
type Within = Extract<TraceCheck, { kind: "within" }>;
type Conditional = Extract<TraceCheck, { where: unknown }>;

/** All monitors of one judge. */
export class Monitors {
  private readonly all: readonly (Placed | null)[];
  private readonly ofNode: readonly (readonly Placed[])[];
  private readonly ofAny: readonly Placed[];
  private readonly said: Float64Array;
  /** Each node alone, as a place where a trace stands. */
  private readonly alone: readonly (readonly number[])[];
  private readonly rows: Rows;
  private readonly asksSeen: boolean;
  /** The visit that is being read, as conditions see it. */
  private readonly passage: { move: Passage["move"]; from: string | null; seen: Passage["seen"] };
  private seenAt = 0;

  constructor(private readonly scope: Scope, private readonly asked: readonly Asked[]) {
    this.asksSeen = asked.some(({ check }) => "where" in check);
    let size = this.asksSeen ? Math.ceil(scope.graph.nodes.length / WORD) : 0;
    this.all = asked.map((one): Placed | null => {
      const monitor = this.monitorOf(one);
      if (monitor === null) return null;
      const placed = { monitor, at: size };
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

  /** Reads what is new of a trace, and gives what it says to each expectation; the list is used
   * again. Of the orders of its ties the first that meets an expectation counts. */
  answers(progress: Progress, trace: Trace): Float64Array {
    this.read(progress, trace);
    const { said, scope, rows: { words, width } } = this;
    const begins = progress.row * width;
    const walks = progress.tied ? walksOf(scope.traces, trace) : null;
    const tied = walks !== null && walks.tied > 0;
    let walk: Walk | null = null;
    let others: readonly Walk[] | null = null;
    for (let place = 0; place < said.length; place += 1) {
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
    if (this.asksSeen) this.see(begins, visit);
    for (const { monitor, at } of this.ofAny) monitor.read(words, begins + at, progress, trace, visit, n);
    const [only] = lit;
    if (only === undefined) return;
    const touched = lit.length === 1 ? this.ofNode[only] ?? NONE : new Set(lit.flatMap((node) => this.ofNode[node] ?? NONE));
    for (const { monitor, at } of touched) monitor.read(words, begins + at, progress, trace, visit, n);
    if (this.asksSeen) for (const node of lit) words[begins + (node / WORD | 0)] = (words[begins + (node / WORD | 0)] ?? 0) | (1 << node % WORD);
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

  private see(begins: number, visit: Visit): void {
    const { passage } = this;
    passage.move = visit.move;
    passage.from = this.uuid(visit.move === "unmapped" ? visit.after.head : visit.from);
    this.seenAt = begins;
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
      case "path": return check.nodes.length > BITS ? null : this.pathMonitor(check);
      case "order": return orderMonitor(check);
      case "within": return withinMonitor(check);
      default: return check.where.first ? null : this.conditionMonitor(check, gate);
    }
  }

  /** Every run through the path at once, as bits: bit n says that a run stands at node n. Its
   * words are the bits here, those where the trace stood before, which stand that is, and all
   * bits so far. */
  private pathMonitor({ nodes }: Way): Monitor {
    const places = new Int32Array(this.scope.graph.nodes.length);
    let ways = 0;
    nodes.forEach(({ index }, n) => {
      places[index] = (places[index] ?? 0) | (1 << n);
      const before = nodes[n - 1];
      if (before !== undefined && route(this.scope.traces.routeIndex, before.index, index) !== null) ways |= 1 << n;
    });
    return {
      size: 4, nodes: new Set(nodes.map(({ index }) => index)),
      read: (words, at, { stand: here, nodes: there, step, from, head }) => {
        if (words[at + 2] !== here) {
          words[at + 1] = words[at + 2] === here - 1 ? words[at] ?? 0 : 0;
          words[at + 2] = here;
        }
        let has = 0;
        for (const node of there) has |= places[node] ?? 0;
        const before = words[at + 1] ?? 0;
        let now = has & 1;
        if (step && before !== 0) now |= (before << 1) & has & (ways | (((places[from] ?? 0) << 1) & (places[head] ?? 0)));
        words[at] = now;
        words[at + 3] = (words[at + 3] ?? 0) | now;
      },
      answer: (words, at) => reachedAs(32 - Math.clz32(words[at + 3] ?? 0), nodes),
    };
  }

  /** Its word is how many events pass (or fail an `each`). */
  private conditionMonitor(check: Conditional, gate: Asked["gate"]): Monitor {
    const { kind, where } = check;
    const each = kind === "each";
    return {
      size: 1, nodes: check.kind === "each" ? [check.node.index] : gate,
      read: (words, at, _, trace, visit) => {
        const event = eventOf(this.scope, visit);
        if (event !== null && where.holds(event, trace.partial ? null : this.passage, false) !== each) words[at] = (words[at] ?? 0) + 1;
      },
      answer: (words, at) => hitAs(kind, words[at] ?? 0),
    };
  }
}

/** Its word is how many nodes were lit in their order. */
function orderMonitor({ nodes }: Way): Monitor {
  const wanted = nodes.map(({ index }) => index);
  return {
    size: 1, nodes: new Set(wanted),
    read: (words, at, _, __, { lit }) => {
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
    answer: (words, at) => reachedAs(words[at] ?? 0, nodes),
  };
}

/** Its words are, counted from 1, the visit of the last `from`, and that of the first `to` after
 * one. */
function withinMonitor(check: Within): Monitor {
  const [from, to] = [check.from.index, check.to.index];
  return {
    size: 2, nodes: new Set([from, to]),
    read: (words, at, _, __, { lit }, n) => {
      if (words[at + 1] !== 0) return;
      if (words[at] !== 0 && lit.includes(to)) words[at + 1] = n + 1;
      else if (lit.includes(from)) words[at] = n + 1;
    },
    answer: (words, at, { visits }) => {
      const [since, until] = [visits[(words[at] ?? 0) - 1], visits[(words[at + 1] ?? 0) - 1]];
      return until === undefined || since === undefined ? 0 : tookAs(check, until.at - since.at);
    },
  };
}
