/** The condition language: the viewer's filter language, and what a trace did.
 *
 *     from:NODE   the trace stood at NODE before this event
 *     seen:NODE   the trace has lit NODE before this event
 *     near:NODE   the event nearly lit NODE
 *     is:first    the first event since On that lit its node
 *     is:entry, is:step, is:stay, is:unexpected   how the event moved its trace
 *     is:near     the event nearly lit a node
 *
 * What asks a trace holds for no event outside one and for none of a partial one, negated or not:
 * nothing is known of those. A property called `from`, `seen` or `near` is `properties.from`. */
import { EVERYTHING, filterPaths, type FilterTest, isProblem, type Node, parseFilter, printFilter, type Problem, problem, quote, readTerms, resolveFilter, testOf, type ViewFilter } from "./engine.ts";
import type { Kept } from "./run.ts";

const NODE_KEYS = ["from", "seen", "near"] as const;
const MOVES = ["entry", "step", "stay", "unexpected"] as const;
const WORDS = [...MOVES, "first", "near"] as const;

type Word = (typeof WORDS)[number];

/** A term that filters do not have. Of `is`, `words` are ours and `plain` the filter's own. */
type Term =
  | { readonly key: (typeof NODE_KEYS)[number]; readonly nodes: ReadonlySet<string>; readonly values: readonly string[]; readonly negated: boolean }
  | { readonly key: "is"; readonly words: readonly Word[]; readonly plain: ViewFilter; readonly values: readonly string[]; readonly negated: boolean };

export interface Condition {
  /** The canonical text. */
  readonly text: string;
  readonly test: ConditionTest;
  /** It asks a trace, or which event was first: a late event may change the answer. */
  readonly unstable: boolean;
  readonly traced: boolean;
  readonly first: boolean;
  /** The node uuids one of which an event must light to pass; null if none must be. */
  readonly gate: ReadonlySet<string> | null;
  /** Property paths it reads. */
  readonly paths: readonly string[];
  /** Values of `node`, `from`, `seen` and `near` that no node answers to. */
  readonly unknown: readonly string[];
}

/** What an event did in its trace: where the trace stood (null: nowhere), what it lit before. */
export interface Passage {
  readonly move: "unmapped" | "entry" | "step" | "stay" | "jump";
  readonly from: string | null;
  readonly seen: { has(node: string): boolean };
}

/** Reads a condition, its nodes resolved by uuid, id or label. */
export function parseCondition(text: string, nodes: readonly Pick<Node, "uuid" | "id" | "label">[]): Condition | Problem {
  const written = readTerms(text);
  if (isProblem(written)) return problem("invalid", "The condition cannot be read", written.detail.replace("The filter", "The condition"));
  if (written.length === 0) return problem("invalid", "The condition cannot be read", "The condition is empty, and every event would pass");
  const refuse = (n: number, term: string, why: string): Problem => problem("invalid", "The condition cannot be read", `Term ${n}, \`${term}\`: ${why}`);
  const answering = (value: string): readonly string[] => nodes.filter((node) => value !== "" && [node.uuid, node.id, node.label].includes(value)).map((node) => node.uuid);
  const terms = new Map<string, Term>();
  const plain: string[] = [];
  const unknown: string[] = [];
  for (const one of written) {
    const values = [...new Set(one.values)].sort();
    const sign = one.negated ? "-" : "";
    const key = NODE_KEYS.find((name) => name === one.key);
    if (key !== undefined) {
      if (one.operator !== ":") return refuse(one.number, one.text, `\`${key}\` takes a colon and a node, as in \`${key}:…\`; a property of that name is \`properties.${key}\``);
      unknown.push(...values.filter((value) => answering(value).length === 0));
      terms.set(`${sign}${key}:${values.map(quote).join(",")}`, { key, nodes: new Set(values.flatMap(answering)), values, negated: one.negated });
      continue;
    }
    const words = one.key === "is" && one.operator === ":" ? values.filter((value): value is Word => (WORDS as readonly string[]).includes(value)) : [];
    if (words.length === 0) {
      const read = parseFilter(one.text);
      if (isProblem(read)) return problem("invalid", "The condition cannot be read", withNumber(read.detail, one.number));
      for (const term of read.terms) if (term.key === "node") unknown.push(...term.values.filter((value) => answering(value).length === 0));
      plain.push(one.text);
      continue;
    }
    const rest = values.filter((value) => !(words as readonly string[]).includes(value));
    const read = rest.length === 0 ? EVERYTHING : parseFilter(`is:${rest.map(quote).join(",")}`);
    if (isProblem(read)) return refuse(one.number, one.text, `nothing can be ${rest.map((value) => `\`${value}\``).join(", ")}; beside what a filter knows, an event can be ${WORDS.join(", ")}`);
    terms.set(`${sign}is:${values.map(quote).join(",")}`, { key: "is", words, plain: read, values, negated: one.negated });
  }
  const filter = parseFilter(plain.join(" "));
  if (isProblem(filter)) return problem("invalid", "The condition cannot be read", filter.detail.replace("The filter", "The condition"));
  const all = [...terms.values()];
  const traced = all.some(asksTrace);
  const first = all.some((term) => term.key === "is" && term.words.includes("first"));
  const resolved = resolveFilter(filter, nodes);
  return {
    text: [printFilter(filter), ...terms.keys()].filter(Boolean).join(" ").split("\n").join(" "),
    test: new ConditionTest(resolved, all), traced, first, unstable: traced || first, gate: gateOf(resolved), paths: [...filterPaths(filter)], unknown,
  };
}

/** A condition as it is asked of events: a class, as the filter's own tests are. */
export class ConditionTest {
  private readonly filter: FilterTest | null;
  private readonly terms: readonly TermTest[];

  constructor(filter: ViewFilter, terms: readonly Term[]) {
    this.filter = filter.terms.length > 0 ? testOf(filter) : null;
    this.terms = terms.map((term) => new TermTest(term));
  }

  /** Whether an event passes. `passage` is null for an event outside a trace or in a partial one;
   * `first` says whether it was a node's first. */
  holds(event: Kept, passage: Passage | null, first: boolean): boolean {
    if (this.filter !== null && !this.filter.passes(event)) return false;
    for (let n = 0; n < this.terms.length; n += 1) if (this.terms[n]?.holds(event, passage, first) === false) return false;
    return true;
  }
}

class TermTest {
  private readonly key: Term["key"];
  private readonly negated: boolean;
  private readonly nodes: readonly string[];
  private readonly words: readonly Word[];
  private readonly plain: FilterTest | null;
  private readonly asksTrace: boolean;

  constructor(term: Term) {
    this.key = term.key;
    this.negated = term.negated;
    this.nodes = term.key === "is" ? [] : [...term.nodes];
    this.words = term.key === "is" ? term.words : [];
    this.plain = term.key === "is" && term.plain.terms.length > 0 ? testOf(term.plain) : null;
    this.asksTrace = asksTrace(term);
  }

  holds(event: Kept, passage: Passage | null, first: boolean): boolean {
    if (passage === null && this.asksTrace) return this.key === "is" && !this.negated && this.is(event, passage, first);
    return this.found(event, passage, first) !== this.negated;
  }

  private found(event: Kept, passage: Passage | null, first: boolean): boolean {
    const { nodes } = this;
    switch (this.key) {
      case "near": return event.near.some(({ node }) => nodes.includes(node));
      case "from": return passage !== null && passage.from !== null && nodes.includes(passage.from);
      case "seen": {
        for (let n = 0; n < nodes.length; n += 1) if (passage?.seen.has(nodes[n] ?? "") === true) return true;
        return false;
      }
      case "is": return this.is(event, passage, first);
    }
  }

  private is(event: Kept, passage: Passage | null, first: boolean): boolean {
    return this.plain?.passes(event) === true || this.words.some((word) => is(word, event, passage, first));
  }
}

function is(word: Word, event: Kept, passage: Passage | null, first: boolean): boolean {
  if (word === "near") return event.near.length > 0;
  if (word === "first") return first;
  return passage !== null && passage.move === (word === "unexpected" ? "jump" : word);
}

function asksTrace(term: Term): boolean {
  return term.key === "from" || term.key === "seen" || (term.key === "is" && term.words.some((word) => (MOVES as readonly string[]).includes(word)));
}

/** The nodes of the first `node:` term that is not negated. */
function gateOf(filter: ViewFilter): ReadonlySet<string> | null {
  const term = filter.terms.find((one) => one.key === "node" && !one.negated);
  return term === undefined ? null : new Set(term.values);
}

/** A refusal of one term read alone, with its number in the whole. */
function withNumber(detail: string, number: number): string {
  return detail.replace(/^Term 1,/, `Term ${number},`).replace("The filter", "The condition");
}
