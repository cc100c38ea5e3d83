/** The ways between nodes, with the share of traffic that each takes. */
import type { Edge, Node, Warning } from "@dagnet-realtime/engine/wire.gen";
import { type Fields, firstText, given, isFields, number, record, rows, text } from "./fields.ts";
import { caseIds, ends } from "./nodes.ts";

/** The largest real graph has 84; beyond this no picture helps. */
const EDGE_LIMIT = 20_000;
const FACES = ["left", "right", "top", "bottom"] as const;
type Face = (typeof FACES)[number];

/** The edges whose two ends exist, in file order; ends may be uuids, ids or slugs. An edge without a uuid gets one made of its ends. */
export function readEdges(tree: Fields, nodes: readonly Node[], warnings: Warning[]): readonly Edge[] {
  const items = rows(tree["edges"]);
  if (items.length > EDGE_LIMIT) warnings.push({ code: "too_many", where: "edges", text: `Only the first ${EDGE_LIMIT} of ${items.length} edges are shown.` });
  const byName = ends(tree, nodes), byCase = caseIds(tree, nodes), edges = new Map<string, Edge>(), counts = new Map<string, number>();
  for (const [place, item] of items.slice(0, EDGE_LIMIT).entries()) {
    const source = record(item), where = `edge ${firstText(source, "id", "uuid") || String(place)}`;
    const from = firstText(source, "from", "source"), to = firstText(source, "to", "target");
    const start = byName.get(from), end = byName.get(to);
    if (start === undefined || end === undefined) {
      const missing = [start === undefined ? from : null, end === undefined ? to : null].filter((name) => name !== null).map((name) => `“${name}”`).join(" and ");
      warnings.push({ code: "edge_unresolved", where, text: `The edge refers to ${missing}, which is no node; it is left out.` });
      continue;
    }
    if (start.absorbing) warnings.push({ code: "absorbing_exit", where, text: `The edge leaves “${start.label}”, which is marked as absorbing.` });
    const [p, variant] = share(source, start, byCase, where, warnings);
    const uuid = edgeUuid(text(source["uuid"], 1024), `${start.uuid}->${end.uuid}`, edges, counts, where, warnings);
    edges.set(uuid, {
      uuid,
      id: text(source["id"]),
      source: start.uuid,
      target: end.uuid,
      source_face: face(firstText(source, "fromHandle", "sourceHandle"), "right"),
      target_face: face(firstText(source, "toHandle", "targetHandle"), "left"),
      p,
      label: text(source["label"]),
      variant,
      conditional: given(source["conditional_p"]),
    });
  }
  return [...edges.values()];
}

/** The edge's own uuid, or a stable one where it has none or another edge has it. `counts` are the edges so far between two ends. */
function edgeUuid(own: string, made: string, taken: ReadonlyMap<string, Edge>, counts: Map<string, number>, where: string, warnings: Warning[]): string {
  if (own !== "" && !taken.has(own)) return own;
  if (own !== "") warnings.push({ code: "duplicate_uuid", where, text: `A second edge has the uuid “${own}”; it is kept under another.` });
  else warnings.push({ code: "missing_uuid", where, text: "The edge has no uuid and goes by its ends; DagNet itself would drop it." });
  let found = made;
  while (taken.has(found)) {
    const count = (counts.get(made) ?? 1) + 1;
    counts.set(made, count);
    found = `${made}#${count}`;
  }
  return found;
}

/** The probability (variant weight × mean on case edges) and the variant's name. */
function share(source: Fields, start: Node, byCase: ReadonlyMap<string, Node>, where: string, warnings: Warning[]): readonly [number | null, string] {
  const written = source["p"];
  let mean = number(isFields(written) ? record(written)["mean"] : written);
  if (mean !== null && (mean < 0 || mean > 1)) {
    warnings.push({ code: "probability", where, text: `The probability ${mean} is not between 0 and 1 and is drawn as the nearer of the two.` });
    mean = Math.min(Math.max(mean, 0), 1);
  }
  const name = text(source["case_variant"]);
  if (name === "") return [mean, ""];
  const weight = (byCase.get(text(source["case_id"])) ?? start).variants.find((variant) => variant.name === name)?.weight;
  if (weight === undefined) {
    warnings.push({ code: "variant_unknown", where, text: `No case node has the variant “${name}”.` });
    return [mean, name];
  }
  return [weight * (mean ?? 1), name];
}

/** The side of a node that a handle stands for; `-out` may follow on either end. */
function face(handle: string, usual: Face): Face {
  const bare = handle.replace(/-out$/, "").replace(/-in$/, "");
  return FACES.find((one) => one === bare) ?? usual;
}
