/** One graph file, read leniently: what is odd becomes a warning, never a refusal. */
import { createHash, digest, mix } from "@dagnet-realtime/engine/digest";
import type { Graph, EventBinding, Warning } from "@dagnet-realtime/engine/wire.gen";
import { ambiguities } from "./ambiguity.ts";
import { readContainers, readPostits } from "./annotations.ts";
import type { Bindings } from "./bindings.ts";
import { readEdges } from "./edges.ts";
import { firstText, isFields, record } from "./fields.ts";
import { bind } from "./listening.ts";
import { readNodes } from "./nodes.ts";
import { stem } from "./paths.ts";
import { Unreadable } from "./unreadable.ts";

/** Warnings of one graph; nobody reads more. */
const WARNING_LIMIT = 1_000;
/** Warnings of one kind that are told one by one. */
const KIND_LIMIT = 20;

/** The graph in `tree`, the content of `file`, with its matching table; throws `Unreadable` where there is no list of nodes. */
export function readGraph(file: string, tree: unknown, bindings: Bindings): Graph {
  if (!isFields(tree)) throw new Unreadable("is not a DagNet graph: it holds no JSON object");
  if (!Array.isArray(tree["nodes"])) throw new Unreadable("is not a DagNet graph: it has no list of nodes");
  const warnings: Warning[] = [];
  const read = readNodes(tree, warnings);
  const edges = readEdges(tree, read, warnings);
  const bound = read.map((node) => bind(node, bindings, warnings));
  const listens = bound.map(([, listen]) => listen).filter((listen): listen is EventBinding => listen !== null);
  warnings.push(...ambiguities(listens));
  const name = stem(file);
  const graph = {
    name,
    file,
    version: "",
    title: firstText(record(tree["metadata"]), "name") || firstText(tree, "name") || name,
    nodes: bound.map(([node]) => node),
    edges,
    listens,
    postits: readPostits(tree),
    containers: readContainers(tree),
    warnings: folded(distinct(warnings)).slice(0, WARNING_LIMIT),
  };
  const hash = createHash();
  mix(hash, graph);
  return { ...graph, version: digest(hash) };
}

/** Missing uuids, which old graphs lack throughout, as one, and of any other kind the first `KIND_LIMIT`. */
function folded(warnings: readonly Warning[]): readonly Warning[] {
  const of = (kind: string): readonly Warning[] => warnings.filter(({ code }) => code === kind);
  const bare = of("missing_uuid"), nodes = bare.filter(({ where }) => where.startsWith("node ")).length;
  const told = new Map<string, number>();
  return warnings.flatMap((one) => {
    const { code } = one, count = (told.get(code) ?? 0) + 1;
    told.set(code, count);
    if (code === "missing_uuid" && bare.length > 1)
      return count > 1 ? [] : [{ code, where: "graph", text: `${nodes} nodes and ${bare.length - nodes} edges have no uuid: nodes go by their id or place, edges by their ends. DagNet itself would drop such edges.` }];
    if (count === KIND_LIMIT + 1) return [{ code, where: "graph", text: `${of(code).length - KIND_LIMIT} more warnings of this kind are left out.` }];
    return count <= KIND_LIMIT ? [one] : [];
  });
}

function distinct(warnings: readonly Warning[]): readonly Warning[] {
  return [...new Map(warnings.map((one) => [JSON.stringify([one.code, one.where, one.text]), one])).values()];
}
