/** What the search finds: nodes, traces, events, graphs and commands, as they are when it opens. */
import { quote } from "@dagnet-realtime/engine/filter";
import { recentTraces, traceByToken } from "@dagnet-realtime/engine/select/traces";
import { unmappedNames } from "@dagnet-realtime/engine/select/unmapped";
import { traceName } from "@dagnet-realtime/engine/traceName";
import type { TraceRow } from "@dagnet-realtime/engine/traces/select/traceList";
import { count, plural } from "@dagnet-realtime/react/format";
import type { HostAbilities } from "@dagnet-realtime/react/hooks";
import { labelAmong } from "@dagnet-realtime/react/side/TraceName.tsx";
import { traceRowText } from "@dagnet-realtime/react/side/TracesPanel.tsx";
import type { App } from "../../hooks.ts";
import { sameGraph } from "../../store/graphRef.ts";
import { fold, rank, type Ranked } from "./ranking.ts";

/** Groups of entries, in the order that equals stand in. */
export const KINDS = ["node", "command", "trace", "event", "graph"] as const;
export type Kind = (typeof KINDS)[number];

export interface Entry extends Ranked {
  readonly id: string;
  readonly kind: Kind;
  readonly title: string;
  /** The second, quieter text. */
  readonly says: string;
  /** Its key without the search. */
  readonly keys?: string;
  readonly run: () => void;
}

/** Traces that are searched at most, the latest first. */
const MOST_TRACES = 1000;

export type Entries = Readonly<Record<Kind, readonly Entry[]>>;

/** All but the commands. */
export function entriesOf(app: App, host: HostAbilities): Omit<Entries, "command"> {
  return { node: nodesOf(app), trace: tracesOf(app, host), event: eventsOf(app), graph: graphsOf(app) };
}

function nodesOf({ store, actions, picture }: App): readonly Entry[] {
  const { graph } = store.getState();
  if (graph === null) return [];
  const listens = new Map(graph.listens.map(({ node, names }) => [node, names]));
  return graph.nodes.map(({ uuid, id, label }) => {
    const title = label || id || uuid;
    const names = listens.get(uuid) ?? [];
    return {
      id: `node-${uuid}`, kind: "node", title, says: names.join(", ") || "no event", fields: [title, id, ...names].map(fold),
      run: () => {
        actions.select(uuid);
        picture?.current?.goTo(uuid);
      },
    };
  });
}

function tracesOf({ engine, actions }: App, host: HostAbilities): readonly Entry[] {
  return recentTraces(engine.state, MOST_TRACES).map((row) => traceEntry(row, actions, host));
}

function traceEntry(row: TraceRow, actions: App["actions"], host: HostAbilities): Entry {
  const tokens = row.tokens.map(({ token }) => token);
  const name = traceName(row.token);
  const title = labelAmong(tokens, host) || name;
  const says = traceRowText(row);
  return { id: `trace-${row.token}`, kind: "trace", title, says, fields: [title, name, says, ...row.tokens.map(({ kind, token }) => `${kind} ${token}`)].map(fold), run: () => { actions.follow.open(row.token); } };
}

function eventsOf({ store, engine, actions }: App): readonly Entry[] {
  const labels = new Map<string, string[]>();
  for (const { label, names } of store.getState().graph?.listens ?? []) for (const name of names) labels.set(name, [...(labels.get(name) ?? []), label]);
  const known = [...labels].map(([name, nodes]) => [name, `lights ${nodes.slice(0, 3).join(", ")}${nodes.length > 3 ? ` and ${plural(nodes.length - 3, "other node")}` : ""}`] as const);
  const unmapped = unmappedNames(engine.state, engine.at()).names.filter(({ name }) => !labels.has(name)).map(({ name, count: n }) => [name, `unmapped, ${count(n)}×`] as const);
  return [...known, ...unmapped].map(([name, says]) => ({
    id: `event-${name}`, kind: "event", title: name, says: `${says} · show these alone`, fields: [fold(name)],
    run: () => { actions.filter(`event:${quote(name)}`); },
  }));
}

function graphsOf({ store, actions }: App): readonly Entry[] {
  const { workspaces, graphRef } = store.getState();
  return workspaces.flatMap(({ id, env, graphs }) => graphs.map((one) => {
    const there = { workspace: id, env, graph: one.name };
    const title = one.title || one.name;
    const where = `${id} · ${env}`;
    return { id: `graph-${id}/${env}/${one.name}`, kind: "graph" as const, title, says: sameGraph(there, graphRef) ? `${where} · shown` : where, fields: [title, one.name, where].map(fold), run: () => void actions.choose(there) };
  }));
}

export interface Group {
  readonly kind: Kind;
  readonly entries: readonly Entry[];
  /** How many more there are. */
  readonly more: number;
}

/** Entries that a group shows at first. */
const MOST = 12;
/** Without a query: what can be done, and a glance at the rest. */
const GLANCE: Readonly<Record<Kind, number>> = { command: 30, node: 5, trace: 5, event: 0, graph: 5 };
const UNASKED: readonly Kind[] = ["command", "trace", "node", "graph", "event"];

/** What answers to the query, the group with the best answer first; groups in `whole` leave nothing
 * out.
 */
export function search(all: Entries, query: string, { engine, actions }: Pick<App, "engine" | "actions">, host: HostAbilities, whole: ReadonlySet<Kind> = new Set()): readonly Group[] {
  if (query.trim() === "") {
    return UNASKED.flatMap((kind) => {
      const entries = whole.has(kind) ? all[kind] : all[kind].slice(0, GLANCE[kind]);
      return entries.length > 0 ? [{ kind, entries, more: all[kind].length - entries.length }] : [];
    });
  }
  const groups = KINDS.map((kind) => ({ kind, ...rank(all[kind], query, whole.has(kind) ? Infinity : MOST) }));
  // A whole token finds a trace that is not among the latest.
  const row = traceByToken(engine.state, query.trim());
  return groups.sort((a, b) => b.best - a.best).flatMap(({ kind, found, total }) => {
    const old = kind === "trace" && total === 0 && row !== null ? [traceEntry(row, actions, host)] : [];
    return found.length + old.length > 0 ? [{ kind, entries: [...found, ...old], more: total - found.length }] : [];
  });
}
