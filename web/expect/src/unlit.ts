/** Names of events that lit nothing: near misses with their reasons, and unmapped names with
 * what was probably meant. */
import { IDENTITY_TYPES, similarNames } from "./engine.ts";
import type { Named, Plan } from "./plan.ts";
import type { Kept } from "./run.ts";
import { clean, quoted, shown, times } from "./words.ts";

/** A name with how often it came, and why it lights nothing or what was probably meant. */
export interface Unlit {
  readonly name: string;
  readonly count: number;
  readonly text: string;
}

interface Name {
  count: number;
  readonly reasons: Map<string, number>;
  readonly first: Kept;
}

type Of = "near" | "unmapped";

/** Names of a kind, and reasons of a name, that are kept. */
const NAMES = 1000;
const REASONS = 20;
/** Names of a kind that a report lists, and those that are compared with a node's. */
const LISTED = 100;
const COMPARED = 50;

export class UnlitNames {
  private readonly names: Readonly<Record<Of, Map<string, Name>>> = { near: new Map(), unmapped: new Map() };
  /** Per node: how often an event nearly lit it, by the reason. */
  private readonly reasons = new Map<string, Map<string, number>>();
  private readonly allowed: (name: string) => boolean;

  constructor(private readonly plan: Plan) {
    this.allowed = allowing(plan.policy.allow);
  }

  clear(): void {
    for (const map of [this.names.near, this.names.unmapped, this.reasons]) map.clear();
  }

  /** Takes in an event that lit nothing. One that nearly lit a node is not unmapped too. */
  take(event: Kept): void {
    for (const { node, reason } of event.near) {
      const known = this.reasons.get(node) ?? new Map<string, number>();
      add(known, reason);
      this.reasons.set(node, known);
    }
    if (this.allowed(event.name) || IDENTITY_TYPES.has(event.type)) return;
    const names = this.names[event.near.length > 0 ? "near" : "unmapped"];
    let one = names.get(event.name);
    if (one === undefined) {
      if (names.size >= NAMES) return;
      names.set(event.name, (one = { count: 0, reasons: new Map(), first: event }));
    }
    one.count += 1;
    for (const { reason } of event.near) add(one.reasons, reason);
  }

  /** How many events of a kind came. */
  events(of: Of): number {
    let sum = 0;
    for (const { count } of this.names[of].values()) sum += count;
    return sum;
  }

  /** The names of a kind, the most frequent first. */
  listed(of: Of): readonly Unlit[] {
    return this.sorted(of).slice(0, LISTED).map(([name, one]) => ({ name: shown(name), count: one.count, text: this.text(of, name, one) }));
  }

  /** What a policy tells of them: at most `most` names, and when the first came. */
  told(of: Of, most: number): { readonly details: readonly string[]; readonly at: number } {
    const all = this.sorted(of);
    const details = all.slice(0, most).map(([name, one]) => {
      const text = this.text(of, name, one);
      return `${quoted(name)}, ${times(one.count)}${text === "" ? "" : `: ${text}`}`;
    });
    return { details, at: Math.min(...all.map(([, { first }]) => first.at)) };
  }

  /** How many events nearly lit a node. */
  misses(node: string): number {
    return [...this.reasons.get(node)?.values() ?? []].reduce((sum, n) => sum + n, 0);
  }

  /** Why a node did not light: its near misses, names that were probably meant for it, or that it
   * never can. */
  why({ name, uuid, dark }: Named, most: number): readonly string[] {
    if (dark !== "") return [`${shown(name)} can never be seen: ${dark}`];
    const reasons = [...this.reasons.get(uuid) ?? []].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, most);
    const meant = [...this.names.unmapped.keys()].slice(0, COMPARED).flatMap((sent) => similarNames(this.plan.graph, sent, 3).filter(({ node }) => node === uuid).map((near) => ({ sent, near })))
      .sort((a, b) => b.near.likeness - a.near.likeness || (a.sent < b.sent ? -1 : 1)).slice(0, 1);
    return [
      ...reasons.map(([reason, n]) => `${shown(name)}: ${clean(reason)}${n === 1 ? "" : ` (${times(n)})`}`),
      ...meant.map(({ sent, near }) => `${shown(name)}: ${quoted(sent)} was sent, and ${quoted(near.name)} is listened for`),
    ];
  }

  private sorted(of: Of): readonly (readonly [string, Name])[] {
    return [...this.names[of]].sort((a, b) => b[1].count - a[1].count || (a[0] < b[0] ? -1 : 1));
  }

  private text(of: Of, name: string, { reasons }: Name): string {
    return of === "near" ? [...reasons.keys()].map(clean).join("; ") : this.probably(name);
  }

  /** What a name that lights nothing was probably meant for. */
  private probably(name: string): string {
    const [best] = similarNames(this.plan.graph, name, 1);
    if (best === undefined) return "";
    const differs = { case: "the case differs", form: "they look alike and are written otherwise", signs: "spaces or signs differ", letters: "letters differ" }[best.why];
    return `${shown(best.label)} listens for ${quoted(best.name)}: ${differs}`;
  }
}

function add(reasons: Map<string, number>, reason: string): void {
  if (reasons.has(reason) || reasons.size < REASONS) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
}

/** Whether a name is allowed: exactly, or by a pattern that ends in `*`. */
function allowing(allow: readonly string[]): (name: string) => boolean {
  const exact = new Set(allow.filter((one) => !one.endsWith("*")));
  const starts = allow.filter((one) => one.endsWith("*")).map((one) => one.slice(0, -1));
  return (name) => exact.has(name) || starts.some((start) => name.startsWith(start));
}
