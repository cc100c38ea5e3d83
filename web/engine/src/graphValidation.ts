/** Validation of a graph from a file or from this browser's own store. */
import { type Problem, problem } from "./problem.ts";
import { type Check, finite, flag, list, maybe, oneOf, object, text } from "./validation.ts";
import type { Graph } from "./wire.gen.ts";

/** Nodes and edges of a graph at most. */
const MAX_PARTS = 5000;
const blank = () => "";
const none = () => [];
const nothing = () => null;
const face = oneOf("left", "right", "top", "bottom");
const box: Readonly<Record<string, Check>> = { id: text, colour: text, x: finite, y: finite, width: finite, height: finite };

const graph = object(
  {
    name: text, file: text, version: text, title: text,
    nodes: list(object(
      {
        uuid: text, id: text, label: text, type: oneOf("normal", "case"), event_id: text, absorbing: flag, outcome: text, start: flag, x: maybe(finite), y: maybe(finite),
        colour: text, description: text, url: text, variants: list(object({ name: text, weight: finite }), 100), dark: text,
      },
      { id: blank, label: blank, type: () => "normal", event_id: blank, absorbing: () => false, outcome: blank, start: () => false, x: nothing, y: nothing, colour: blank, description: blank, url: blank, variants: none, dark: blank },
    ), MAX_PARTS),
    edges: list(object(
      { uuid: text, id: text, source: text, target: text, source_face: face, target_face: face, p: maybe(finite), label: text, variant: text, conditional: flag },
      { id: blank, source_face: () => "right", target_face: () => "left", p: nothing, label: blank, variant: blank, conditional: () => false },
    ), MAX_PARTS),
    listens: list(object(
      {
        node: text, label: text, event_id: text, names: list(text, 100), rule: oneOf("segment", "amplitude", "event_id"),
        filters: list(object({ property: text, operator: text, values: list(text, 1000), property_type: oneOf("event", "user") }, { property_type: () => "event" }), 100),
      },
      { filters: none },
    ), MAX_PARTS),
    postits: list(object({ ...box, text }), MAX_PARTS), containers: list(object({ ...box, label: text }), MAX_PARTS),
    warnings: list(object({ code: text, where: text, text }), 20_000),
  },
  { file: blank, title: blank, nodes: none, edges: none, listens: none, postits: none, containers: none, warnings: none },
);

/** Checks a value that should be a graph as the wire has it. Writes defaults into `read`. */
export function checkGraph(read: unknown): Graph | Problem {
  const wrong = graph(read);
  return wrong === null ? (read as Graph) : problem("invalid", "The graph cannot be read", `graph${wrong}`);
}
