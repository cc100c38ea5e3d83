/** What a graph must be when it comes from a file or from this browser's own store. */
import { type Problem, problem } from "./problem.ts";
import { type Check, finite, flag, list, maybe, oneOf, shape, text } from "./shape.ts";
import type { Graph } from "./wire.gen.ts";

/** Nodes and edges of a graph at most. */
const MOST = 5000;
const blank = () => "";
const none = () => [];
const nothing = () => null;
const face = oneOf("left", "right", "top", "bottom");
const box: Readonly<Record<string, Check>> = { id: text, colour: text, x: finite, y: finite, width: finite, height: finite };

const graph = shape(
  {
    name: text, file: text, version: text, title: text,
    nodes: list(shape(
      {
        uuid: text, id: text, label: text, type: oneOf("normal", "case"), event_id: text, absorbing: flag, outcome: text, start: flag, x: maybe(finite), y: maybe(finite),
        colour: text, description: text, url: text, variants: list(shape({ name: text, weight: finite }), 100), dark: text,
      },
      { id: blank, label: blank, type: () => "normal", event_id: blank, absorbing: () => false, outcome: blank, start: () => false, x: nothing, y: nothing, colour: blank, description: blank, url: blank, variants: none, dark: blank },
    ), MOST),
    edges: list(shape(
      { uuid: text, id: text, source: text, target: text, source_face: face, target_face: face, p: maybe(finite), label: text, variant: text, conditional: flag },
      { id: blank, source_face: () => "right", target_face: () => "left", p: nothing, label: blank, variant: blank, conditional: () => false },
    ), MOST),
    listens: list(shape(
      {
        node: text, label: text, event_id: text, names: list(text, 100), rule: oneOf("segment", "amplitude", "event_id"),
        filters: list(shape({ property: text, operator: text, values: list(text, 1000), property_type: oneOf("event", "user") }, { property_type: () => "event" }), 100),
      },
      { filters: none },
    ), MOST),
    postits: list(shape({ ...box, text }), MOST), containers: list(shape({ ...box, label: text }), MOST),
    warnings: list(shape({ code: text, where: text, text }), 20_000),
  },
  { file: blank, title: blank, nodes: none, edges: none, listens: none, postits: none, containers: none, warnings: none },
);

/** Checks a value that should be a graph as the wire has it. Writes defaults into `read`. */
export function checkGraph(read: unknown): Graph | Problem {
  const wrong = graph(read);
  return wrong === null ? (read as Graph) : problem("invalid", "The graph cannot be read", `graph${wrong}`);
}
