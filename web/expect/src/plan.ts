/** A file's expectations on one graph: resolved names, conditions, and what can never be met. */
import { compileGraph, type Graph, isProblem, route, type RouteIndex, traversableEdges } from "./engine.ts";
import { type Condition, parseCondition } from "./condition.ts";
import { type Expectation, type Issue, type Matcher, type Path, type Policy, type Severity, type Spec } from "./spec.ts";
import { likeliest, quoted, shown } from "./words.ts";

/** A node as the file names it, by uuid and by its place in the graph. */
export interface Named {
  readonly name: string;
  readonly uuid: string;
  readonly index: number;
  /** Why it can never be seen, "" if it can. */
  readonly dark: string;
}

/** A matcher with its names resolved. */
export type Check =
  | { readonly kind: "lit" | "dark"; readonly nodes: readonly Named[] }
  | { readonly kind: "path" | "order"; readonly nodes: readonly Named[]; readonly of: "some" | "every" }
  | { readonly kind: "within"; readonly ms: number; readonly from: Named; readonly to: Named }
  | { readonly kind: "count"; readonly node: Named; readonly min: number; readonly max: number }
  | { readonly kind: "each"; readonly node: Named; readonly where: Condition }
  | { readonly kind: "some" | "never"; readonly where: Condition }
  | { readonly kind: "coverage"; readonly nodes: number | null; readonly edges: number | null; readonly able: ReadonlySet<string>; readonly ways: ReadonlySet<number> };

/** Whether an expectation may be met before the end; the others rest on what does not come. */
export function metEarly(check: Check): boolean {
  switch (check.kind) {
    case "lit": case "some": case "coverage": return true;
    case "path": case "order": return check.of === "some";
    case "count": return check.max === Infinity;
    default: return false;
  }
}

export interface Item {
  readonly title: string;
  readonly severity: Severity;
  readonly path: Path;
  readonly check: Check;
}

export interface Plan {
  readonly graph: Graph;
  readonly waitMs: number;
  readonly settleMs: number;
  readonly items: readonly Item[];
  readonly policy: Policy;
  /** Expectations that can never be met, or that say nothing; they are judged all the same. */
  readonly warnings: readonly Issue[];
}

/** Property paths that are never carried here, and why. */
export type Unkept = Readonly<Record<string, string>>;

/** The property paths that a file's conditions read; those that cannot be read have none. */
export function pathsOf(spec: Spec): readonly string[] {
  const paths = spec.expect.flatMap(({ matcher }) => {
    const where = "where" in matcher ? parseCondition(matcher.where, []) : null;
    return where === null || isProblem(where) ? [] : where.paths.map(bare);
  });
  return [...new Set(paths)].sort();
}

/** The plan of a file on its graph, or everything that is wrong with it. */
export function compileSpec(spec: Spec, graph: Graph, unkept: Unkept = {}): Plan | readonly Issue[] {
  const compiler = new Compiler(graph, unkept);
  const items = spec.expect.map((one) => compiler.item(one));
  if (compiler.issues.length > 0) return compiler.issues;
  return { graph, waitMs: spec.waitMs, settleMs: spec.settleMs, items: items.filter((item) => item !== null), policy: spec.policy, warnings: compiler.warnings };
}

class Compiler {
  readonly issues: Issue[] = [];
  readonly warnings: Issue[] = [];
  private readonly ways: RouteIndex;

  constructor(private readonly graph: Graph, private readonly unkept: Unkept) {
    this.ways = compileGraph(graph);
  }

  item(one: Expectation): Item | null {
    const check = this.check(one.matcher, one.path);
    return check === null ? null : { title: one.title, severity: one.severity, path: one.path, check };
  }

  private check(matcher: Matcher, path: Path): Check | null {
    switch (matcher.kind) {
      case "lit": case "dark": {
        const nodes = this.nodes(matcher.nodes, [...path, matcher.kind]);
        for (const node of nodes) if (node.dark !== "") this.never(path, matcher.kind === "lit" ? `${shown(node.name)} can never be seen: ${node.dark}` : `${shown(node.name)} can never be seen, so \`dark\` says nothing of it: ${node.dark}`);
        return { kind: matcher.kind, nodes };
      }
      case "path": case "order": {
        const nodes = this.nodes(matcher.nodes, [...path, matcher.kind]);
        for (const node of nodes) this.able(path, node);
        if (matcher.kind === "path") this.steps(path, nodes);
        return { kind: matcher.kind, nodes, of: matcher.of };
      }
      case "within": {
        const [from, to] = [this.node(matcher.from, [...path, "from"]), this.node(matcher.to, [...path, "to"])];
        for (const node of [from, to]) this.able(path, node);
        return from === null || to === null ? null : { kind: "within", ms: matcher.ms, from, to };
      }
      case "count": {
        const node = this.node(matcher.node, [...path, "count"]);
        if (matcher.min > 0) this.able(path, node);
        return node === null ? null : { kind: "count", node, min: matcher.min, max: matcher.max };
      }
      case "each": {
        const node = this.node(matcher.node, [...path, "each"]);
        const where = this.condition(matcher.where, [...path, "where"]);
        this.able(path, node);
        return node === null || where === null ? null : { kind: "each", node, where };
      }
      case "some": case "never": {
        const where = this.condition(matcher.where, [...path, matcher.kind]);
        if (where !== null && where.gate !== null && [...where.gate].every((uuid) => this.graph.nodes.find((node) => node.uuid === uuid)?.dark !== ""))
          this.never(path, matcher.kind === "some" ? "no event can pass: the node it asks for can never be seen" : "no event can pass, so `never` says nothing: the node it asks for can never be seen");
        return where === null ? null : { kind: matcher.kind, where };
      }
      case "coverage": {
        const except = new Set(this.nodes(matcher.except, [...path, "coverage", "except"]).map(({ uuid }) => uuid));
        const able = new Set(this.graph.nodes.filter((node) => node.dark === "" && !except.has(node.uuid)).map(({ uuid }) => uuid));
        const ways = traversableEdges(this.ways, new Set([...able].map((uuid) => this.ways.index.get(uuid) ?? -1)));
        if ((matcher.nodes !== null && able.size === 0) || (matcher.edges !== null && ways.size === 0)) this.never(path, `no ${able.size === 0 ? "node" : "edge"} is left that can be seen`);
        return { kind: "coverage", nodes: matcher.nodes, edges: matcher.edges, able, ways };
      }
    }
  }

  private wrong(path: Path, text: string): null {
    if (this.issues.length < 50) this.issues.push({ path, text });
    return null;
  }

  private never(path: Path, text: string): void {
    this.warnings.push({ path, text });
  }

  private able(path: Path, node: Named | null): void {
    if (node !== null && node.dark !== "") this.never(path, `${shown(node.name)} can never be seen: ${node.dark}`);
  }

  /** Steps that the graph has no way for: a trace can only jump there. */
  private steps(path: Path, nodes: readonly Named[]): void {
    nodes.slice(1).forEach((to, n) => {
      const from = nodes[n];
      if (from === undefined || from.dark !== "" || to.dark !== "" || route(this.ways, from.index, to.index) !== null) return;
      const between = this.between(from, to);
      this.never(path, `the graph has no way from ${shown(from.name)} to ${shown(to.name)}${between === "" ? "" : ` that passes no other node with an event: name ${between} between them, or use \`order\``}`);
    });
  }

  /** A node that leads from one to the other in two steps, "" if there is none. */
  private between(from: Named, to: Named): string {
    const found = this.graph.nodes.find((_, n) => this.ways.lights[n] === true && route(this.ways, from.index, n) !== null && route(this.ways, n, to.index) !== null);
    return found === undefined ? "" : shown(found.id || found.label);
  }

  private nodes(names: readonly string[], path: Path): readonly Named[] {
    return names.map((name, n) => this.node(name, [...path, n])).filter((node) => node !== null);
  }

  private node(name: string, path: Path): Named | null {
    const { nodes } = this.graph;
    for (const key of ["uuid", "id", "label"] as const) {
      const found = nodes.filter((node) => node[key] === name);
      if (found.length > 1) return this.wrong(path, `${quoted(name)} is the ${key} of ${found.length} nodes; name the node by its ${key === "label" ? "id or uuid" : "uuid"}`);
      const [node] = found;
      if (node !== undefined) return { name, uuid: node.uuid, index: nodes.indexOf(node), dark: node.dark };
    }
    return this.wrong(path, this.unknown(name));
  }

  private condition(text: string, path: Path): Condition | null {
    const read = parseCondition(text, this.graph.nodes);
    if (isProblem(read)) return this.wrong(path, read.detail);
    for (const value of read.unknown) this.wrong(path, this.unknown(value));
    for (const one of read.paths) {
      const why = Object.hasOwn(this.unkept, bare(one)) ? this.unkept[bare(one)] : undefined;
      if (why !== undefined) this.wrong(path, `the property \`${shown(bare(one))}\` is never carried here (${why}), so nothing can be expected of it`);
    }
    return read;
  }

  private unknown(name: string): string {
    const known = this.graph.nodes.flatMap((node) => [node.id, node.label]).filter(Boolean);
    const likely = likeliest(name, known);
    return `the graph ${shown(this.graph.name)} has no node ${quoted(name)}${likely === "" ? "" : `; did you mean ${quoted(likely)}?`}`;
  }
}

function bare(path: string): string {
  return path.startsWith("properties.") ? path.slice("properties.".length) : path;
}
