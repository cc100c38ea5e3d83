/** The editor's document: DagNet's graph as a plain object, replaced whole at every edit. */
import { create } from "zustand";
import checkout from "../workspace/graphs/checkout.json";

export interface GraphNode {
  readonly uuid: string;
  readonly id: string;
  readonly label: string;
  readonly event_id?: string;
  readonly layout: { readonly x: number; readonly y: number };
  readonly entry?: { readonly is_start?: boolean };
  readonly outcome_type?: string;
}

export interface GraphEdge {
  readonly uuid: string;
  readonly id: string;
  readonly from: string;
  readonly to: string;
  readonly p: { readonly mean: number };
  readonly description?: string;
}

export interface ConversionGraph {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  readonly metadata: { readonly name: string };
}

const files: Record<string, string> = import.meta.glob(
  "../workspace/events/*.yaml",
  { query: "?raw", import: "default", eager: true },
);

/** Event definitions by file name, as DagNet's registry of files holds them. */
export const events: Record<string, unknown> = Object.fromEntries(
  Object.entries(files).map(([path, text]) => [path.replace(/^.*\/|\.yaml$/g, ""), JSON.parse(text) as unknown]),
);

interface Document {
  readonly graph: ConversionGraph;
  move(uuid: string, x: number, y: number): void;
  remove(uuid: string): void;
  rebind(uuid: string, event: string): void;
}

const copy = (graph: ConversionGraph): ConversionGraph => JSON.parse(JSON.stringify(graph)) as ConversionGraph;

export const useDocument = create<Document>((set) => {
  const edit = (change: (graph: ConversionGraph) => ConversionGraph) => {
    set(({ graph }) => ({ graph: copy(change(graph)) }));
  };
  const editNode = (uuid: string, change: (node: GraphNode) => GraphNode) => {
    edit((graph) => ({ ...graph, nodes: graph.nodes.map((node) => (node.uuid === uuid ? change(node) : node)) }));
  };
  return {
    graph: copy(checkout),
    move: (uuid, x, y) => {
      editNode(uuid, (node) => ({ ...node, layout: { x, y } }));
    },
    remove: (uuid) => {
      edit((graph) => ({
        ...graph,
        nodes: graph.nodes.filter((node) => node.uuid !== uuid),
        edges: graph.edges.filter(({ from, to }) => from !== uuid && to !== uuid),
      }));
    },
    rebind: (uuid, event) => {
      editNode(uuid, (node) => ({ ...node, event_id: event }));
    },
  };
});
