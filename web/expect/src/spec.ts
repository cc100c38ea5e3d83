/** The expectations file: its values, and the strict reader that says where one is wrong. */
import { isRecord } from "./engine.ts";
import { clean, likeliest, shown } from "./words.ts";

export const FORMAT = "dagnet-realtime/expect@1";
/** Expectations in one file, items of a list, characters of a text at most. */
export const MOST = 200;
const LONGEST = 500;
const WAIT_MS = 10_000;
const SETTLE_MS = 2_000;
/** The longest `wait`, `settle` or `within`: a day. */
const LONGEST_MS = 86_400_000;
const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

export type Severity = "fail" | "warn";
export type Rule = Severity | "allow";

/** One expectation. Nodes are named as the file names them; durations are milliseconds, shares per
 * cent. */
export type Matcher =
  | { readonly kind: "lit" | "dark"; readonly nodes: readonly string[] }
  | { readonly kind: "path" | "order"; readonly nodes: readonly string[]; readonly of: "some" | "every" }
  | { readonly kind: "within"; readonly ms: number; readonly from: string; readonly to: string }
  | { readonly kind: "count"; readonly node: string; readonly min: number; readonly max: number }
  | { readonly kind: "each"; readonly node: string; readonly where: string }
  | { readonly kind: "some" | "never"; readonly where: string }
  | { readonly kind: "coverage"; readonly nodes: number | null; readonly edges: number | null; readonly except: readonly string[] };

/** `path` is the place in the file: keys and indices. A number makes `title` unique in its file. */
export interface Expectation {
  readonly title: string;
  readonly severity: Severity;
  readonly path: Path;
  readonly matcher: Matcher;
}

export interface Policy {
  readonly nearMisses: Rule;
  readonly unmapped: Rule;
  readonly allow: readonly string[];
}

export interface Spec {
  readonly graph: string;
  readonly about: string;
  readonly waitMs: number;
  readonly settleMs: number;
  readonly expect: readonly Expectation[];
  readonly policy: Policy;
}

export type Path = readonly (string | number)[];

/** Something wrong in a file, with the place it stands at. */
export interface Issue {
  readonly path: Path;
  readonly text: string;
}

const KEYS = ["format", "graph", "about", "wait", "settle", "expect", "policy"] as const;
const KINDS: Readonly<Record<Matcher["kind"], readonly string[]>> = {
  lit: [], dark: [], path: ["of"], order: ["of"], within: ["from", "to"], count: ["is", "min", "max"], each: ["where"], some: [], never: [], coverage: [],
};

/** Reads a file's value, or says everything that is wrong with it. */
export function readSpec(value: unknown): Spec | readonly Issue[] {
  const read = new Reader();
  if (!isRecord(value)) return [{ path: [], text: `it should be a mapping that begins with \`format: ${FORMAT}\`, and is ${told(value)}` }];
  read.keys(value, [], KEYS);
  if (value.format !== FORMAT) read.wrong(["format"], value.format === undefined ? `\`format: ${FORMAT}\` is missing` : `\`format\` is ${told(value.format)}, and ${FORMAT} is read here`);
  const graph = value.graph === undefined ? read.wrong([], "`graph` is missing: the name of the graph's file without .json") : read.text(value.graph, ["graph"]);
  const about = value.about === undefined ? "" : typeof value.about === "string" ? value.about : read.wrong(["about"], `\`about\` is ${told(value.about)}, and must be a text`);
  const waitMs = value.wait === undefined ? WAIT_MS : read.duration(value.wait, ["wait"]);
  const settleMs = value.settle === undefined ? SETTLE_MS : read.duration(value.settle, ["settle"]);
  const list = value.expect === undefined ? [] : Array.isArray(value.expect) ? (value.expect as unknown[]) : [];
  if (value.expect !== undefined && !Array.isArray(value.expect)) read.wrong(["expect"], `\`expect\` is ${told(value.expect)}, and must be a list`);
  if (list.length > MOST) read.wrong(["expect"], `\`expect\` has ${list.length} expectations, and ${MOST} are the most in one file`);
  const expect = list.slice(0, MOST).map((one, n) => read.expectation(one, n)).filter((one) => one !== null);
  const policy = read.policy(value.policy);
  if (list.length === 0 && policy.nearMisses === "allow" && policy.unmapped === "allow") read.wrong(["expect"], "nothing is expected: `expect` has no item, and the policy allows all");
  return read.issues.length > 0 ? read.issues : { graph, about, waitMs, settleMs, expect, policy };
}

/** Reads one expectation alone, as a check gives it. */
export function readExpectation(value: unknown, n = 0): Expectation | readonly Issue[] {
  const read = new Reader();
  const one = read.expectation(value, n);
  return one === null || read.issues.length > 0 ? read.issues : one;
}

/** Reads a policy alone; what is missing has its default. */
export function readPolicy(value: unknown): Policy | readonly Issue[] {
  const read = new Reader();
  const policy = read.policy(value);
  return read.issues.length > 0 ? read.issues : policy;
}

/** Milliseconds of a duration like `1.5s`; null if it is none. */
export function readDuration(text: string): number | null {
  const found = /^([0-9]+(?:\.[0-9]+)?)(ms|s|m|h|d)$/.exec(text);
  const ms = found === null ? NaN : Number(found[1]) * (UNITS[found[2] ?? ""] ?? NaN);
  return ms <= LONGEST_MS ? ms : null;
}

class Reader {
  readonly issues: Issue[] = [];

  wrong(path: Path, text: string): string {
    if (this.issues.length < 50) this.issues.push({ path, text });
    return "";
  }

  keys(value: Record<string, unknown>, path: Path, known: readonly string[]): void {
    for (const key of Object.keys(value)) {
      if (known.includes(key)) continue;
      const likely = likeliest(key, known);
      this.wrong([...path, key], `\`${shown(key)}\` is no key here${likely === "" ? `; the keys are ${known.join(", ")}` : `; did you mean \`${likely}\`?`}`);
    }
  }

  text(value: unknown, path: Path): string {
    const name = String(path.at(-1));
    if (typeof value !== "string") return this.wrong(path, `${place(name)} is ${told(value)}, and must be a text`);
    if (value.trim() === "") return this.wrong(path, `${place(name)} is empty`);
    return value.length > LONGEST ? this.wrong(path, `${place(name)} has ${value.length} characters, and ${LONGEST} are the most`) : value;
  }

  texts(value: unknown, path: Path, least: number): readonly string[] {
    const name = String(path.at(-1));
    if (!Array.isArray(value)) { this.wrong(path, `\`${name}\` is ${told(value)}, and must be a list of nodes`); return []; }
    if (value.length < least) this.wrong(path, `\`${name}\` has ${value.length === 0 ? "no item" : "one item"}, and needs at least ${least}`);
    if (value.length > MOST) this.wrong(path, `\`${name}\` has ${value.length} items, and ${MOST} are the most`);
    return value.slice(0, MOST).map((one, n) => this.text(one, [...path, n]));
  }

  duration(value: unknown, path: Path): number {
    const ms = typeof value === "string" ? readDuration(value) : null;
    if (ms === null) this.wrong(path, `\`${String(path.at(-1))}\` is ${told(value)}, and must be a duration of at most a day, like 10s or 500ms`);
    return ms ?? 0;
  }

  choice<T extends string>(value: unknown, path: Path, choices: readonly [T, ...T[]]): T {
    const found = choices.find((one) => one === value);
    if (found === undefined) this.wrong(path, `\`${String(path.at(-1))}\` is ${told(value)}, and must be ${choices.slice(0, -1).join(", ")} or ${choices.at(-1) ?? ""}`);
    return found ?? choices[0];
  }

  whole(value: unknown, path: Path): number {
    if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
    const most = typeof value === "number" && value > Number.MAX_SAFE_INTEGER ? `at most ${Number.MAX_SAFE_INTEGER}` : "0 or more";
    this.wrong(path, `\`${String(path.at(-1))}\` is ${told(value)}, and must be a whole number, ${most}`);
    return 0;
  }

  share(value: unknown, path: Path): number | null {
    if (value === undefined) return null;
    const found = typeof value === "string" ? /^(100|[0-9]{1,2})%$/.exec(value) : null;
    if (found === null) this.wrong(path, `\`${String(path.at(-1))}\` is ${told(value)}, and must be a share like 80%`);
    return Number(found?.[1] ?? 0);
  }

  expectation(value: unknown, n: number): Expectation | null {
    const path: Path = ["expect", n];
    if (!isRecord(value)) { this.wrong(path, `expectation ${n + 1} is ${told(value)}, and must be a mapping like \`lit: [purchase]\``); return null; }
    const kinds = (Object.keys(KINDS) as Matcher["kind"][]).filter((kind) => Object.hasOwn(value, kind));
    const [kind, second] = kinds;
    if (kind === undefined) {
      const odd = Object.keys(value).find((key) => key !== "name" && key !== "severity") ?? "";
      const likely = likeliest(odd, Object.keys(KINDS));
      this.wrong(odd === "" ? path : [...path, odd], `expectation ${n + 1} has no matcher${odd === "" ? "" : `: \`${shown(odd)}\` is none`}${likely === "" ? `; the matchers are ${Object.keys(KINDS).join(", ")}` : `; did you mean \`${likely}\`?`}`);
      return null;
    }
    if (second !== undefined) { this.wrong([...path, second], `expectation ${n + 1} has two matchers, \`${kind}\` and \`${second}\`: write them one by one`); return null; }
    this.keys(value, path, [kind, ...KINDS[kind], "name", "severity"]);
    const severity = value.severity === undefined ? "fail" : this.choice(value.severity, [...path, "severity"], ["fail", "warn"]);
    const name = value.name === undefined ? "" : this.text(value.name, [...path, "name"]);
    const matcher = this.matcher(kind, value, path);
    return { title: `${n + 1} ${name === "" ? titleOf(matcher) : clean(name)}`, severity, path, matcher };
  }

  policy(value: unknown): Policy {
    if (value !== undefined && !isRecord(value)) this.wrong(["policy"], `\`policy\` is ${told(value)}, and must be a mapping`);
    const held = isRecord(value) ? value : {};
    this.keys(held, ["policy"], ["near_misses", "unmapped", "allow"]);
    const rule = (key: "near_misses" | "unmapped", otherwise: Rule): Rule => (held[key] === undefined ? otherwise : this.choice(held[key], ["policy", key], ["fail", "warn", "allow"]));
    return { nearMisses: rule("near_misses", "fail"), unmapped: rule("unmapped", "warn"), allow: held.allow === undefined ? [] : this.texts(held.allow, ["policy", "allow"], 0) };
  }

  private matcher(kind: Matcher["kind"], value: Record<string, unknown>, path: Path): Matcher {
    const here: Path = [...path, kind];
    switch (kind) {
      case "lit": case "dark": return { kind, nodes: this.texts(value[kind], here, 1) };
      case "path": case "order":
        return { kind, nodes: this.texts(value[kind], here, 2), of: value.of === undefined ? "some" : this.choice(value.of, [...path, "of"], ["some", "every"]) };
      case "within": {
        for (const key of ["from", "to"]) if (value[key] === undefined) this.wrong(here, `\`within\` needs \`${key}\`, a node`);
        const node = (key: string): string => (value[key] === undefined ? "" : this.text(value[key], [...path, key]));
        return { kind, ms: this.duration(value.within, here), from: node("from"), to: node("to") };
      }
      case "count": return this.count(value, path);
      case "each":
        if (value.where === undefined) this.wrong(here, "`each` needs `where`, a condition");
        return { kind, node: this.text(value.each, here), where: value.where === undefined ? "" : this.text(value.where, [...path, "where"]) };
      case "some": case "never": return { kind, where: this.text(value[kind], here) };
      case "coverage": return this.coverage(value.coverage, here);
    }
  }

  private count(value: Record<string, unknown>, path: Path): Matcher {
    const node = this.text(value.count, [...path, "count"]);
    const number = (key: string): number | undefined => (value[key] === undefined ? undefined : this.whole(value[key], [...path, key]));
    const [is, min, max] = [number("is"), number("min"), number("max")];
    if (is !== undefined && (min !== undefined || max !== undefined)) this.wrong(path, "`count` takes `is`, or `min` and `max`, not both");
    if (is === undefined && min === undefined && max === undefined) this.wrong(path, "`count` needs `is`, `min` or `max`");
    if (min !== undefined && max !== undefined && min > max) this.wrong(path, `\`min\` is ${min}, which is above \`max\`, ${max}`);
    if (value.min === 0 && max === undefined) this.wrong([...path, "min"], "`min: 0` is met by anything; write `max`, or a `min` of 1 or more");
    return { kind: "count", node, min: is ?? min ?? 0, max: is ?? max ?? Infinity };
  }

  private coverage(value: unknown, path: Path): Matcher {
    const held = isRecord(value) ? value : {};
    if (!isRecord(value)) this.wrong(path, `\`coverage\` is ${told(value)}, and must be a mapping with \`nodes\`, \`edges\` or both`);
    else if (held.nodes === undefined && held.edges === undefined) this.wrong(path, "`coverage` needs `nodes`, `edges` or both");
    this.keys(held, path, ["nodes", "edges", "except"]);
    const [nodes, edges] = [this.share(held.nodes, [...path, "nodes"]), this.share(held.edges, [...path, "edges"])];
    if (isRecord(value) && (nodes ?? 0) === 0 && (edges ?? 0) === 0 && this.issues.length === 0) this.wrong(path, "a share of 0% is met by anything");
    return { kind: "coverage", nodes, edges, except: held.except === undefined ? [] : this.texts(held.except, [...path, "except"], 1) };
  }
}

/** What an expectation is called without a name of its own. */
export function titleOf(matcher: Matcher): string {
  switch (matcher.kind) {
    case "lit": case "dark": return `${matcher.kind}: ${matcher.nodes.map(shown).join(", ")}`;
    case "path": case "order": return `${matcher.kind}: ${matcher.nodes.map(shown).join(", ")}${matcher.of === "every" ? " (of every trace)" : ""}`;
    case "within": return `within ${durationText(matcher.ms)}: ${shown(matcher.from)} to ${shown(matcher.to)}`;
    case "count": return `count: ${shown(matcher.node)}, ${rangeOf(matcher.min, matcher.max)}`;
    case "each": return `each: ${shown(matcher.node)}, where ${shown(matcher.where)}`;
    case "some": case "never": return `${matcher.kind}: ${shown(matcher.where)}`;
    case "coverage": return `coverage: ${[matcher.nodes === null ? "" : `${matcher.nodes}% of nodes`, matcher.edges === null ? "" : `${matcher.edges}% of edges`].filter(Boolean).join(", ")}`;
  }
}

/** "is 1", "at least 1", "at most 3", "1 to 3". */
export function rangeOf(min: number, max: number): string {
  if (min === max) return `is ${min}`;
  if (max === Infinity) return `at least ${min}`;
  return min === 0 ? `at most ${max}` : `${min} to ${max}`;
}

function durationText(ms: number): string {
  const unit = (["d", "h", "m", "s"] as const).find((one) => ms > 0 && ms % (UNITS[one] ?? 1) === 0) ?? "ms";
  return `${ms / (UNITS[unit] ?? 1)}${unit}`;
}

function place(name: string): string {
  return /^[0-9]+$/.test(name) ? `item ${Number(name) + 1}` : `\`${name}\``;
}

function told(value: unknown): string {
  if (value === undefined) return "missing";
  if (value === null) return "empty";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a mapping";
  return typeof value === "string" ? `“${shown(value)}”` : typeof value === "number" || typeof value === "boolean" ? String(value) : "of no type that a file has";
}
