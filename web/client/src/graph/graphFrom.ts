/** Makes a graph from DagNet's own plain objects, without any file or YAML. */
import { problem, type Problem } from "@dagnet-realtime/engine/problem";
import type { Graph, Warning } from "@dagnet-realtime/engine/wire.gen";
import { DefinitionIndex } from "./definitions.ts";
import { firstText, isFields, UnreadableFile } from "./fields.ts";
import { readGraph } from "./graph.ts";

/**
 * DagNet's objects as its editor holds them: a graph, event definitions by their ids (a list is
 * known by each one's `id`), and node files the same way.
 */
export interface GraphInput {
  readonly graph: unknown;
  readonly events?: Readonly<Record<string, unknown>> | readonly unknown[];
  readonly nodes?: Readonly<Record<string, unknown>> | readonly unknown[];
  /** What the graph is called in links and logs; its own name by default. */
  readonly name?: string;
}

/** The graph with its warnings, or why there is none; never throws. */
export function graphFrom({ graph, events = [], nodes = [], name }: GraphInput): { readonly graph: Graph; readonly warnings: readonly Warning[] } | Problem {
  const trees = new Map([...byId("events", events), ...byId("nodes", nodes)]);
  const file = `graphs/${name ?? (isFields(graph) ? firstText(graph, "name", "id") || "graph" : "graph")}.json`;
  try {
    const read = readGraph(file, graph, new DefinitionIndex(trees));
    return { graph: read, warnings: read.warnings };
  } catch (error) {
    if (error instanceof UnreadableFile) return problem("invalid", "This is not a DagNet graph", `It ${error.message}.`);
    throw error;
  }
}

function byId(folder: string, given: Readonly<Record<string, unknown>> | readonly unknown[]): [string, unknown][] {
  const pairs = Array.isArray(given) ? given.map((one: unknown): [string, unknown] => [isFields(one) ? firstText(one, "id") : "", one]) : Object.entries(given);
  return pairs.filter(([id]) => id !== "").map(([id, one]) => [`${folder}/${id}.yaml`, one]);
}

