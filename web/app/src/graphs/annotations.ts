/** What authors put beside the graph: notes and frames. */
import type { Container, Note } from "@dagnet-realtime/engine/wire.gen";
import { colour, type Fields, number, record, rows, text, TEXT_LIMIT } from "./fields.ts";

/** Notes or frames of one graph. */
const LIMIT = 1_000;
/** Canvas units, where the file gives no size. */
const NOTE = { width: 200, height: 150 };
const FRAME = { width: 400, height: 300 };

/** The notes, in file order. */
export function readPostits(tree: Fields): readonly Note[] {
  return listed(tree["postits"]).map(([place, source]) => ({
    id: text(source["id"]) || `postit-${place}`,
    text: text(source["text"], TEXT_LIMIT),
    colour: colour(source),
    ...box(source, NOTE),
  }));
}

/** The frames, in file order. */
export function readContainers(tree: Fields): readonly Container[] {
  return listed(tree["containers"]).map(([place, source]) => ({
    id: text(source["id"]) || `container-${place}`,
    label: text(source["label"]),
    colour: colour(source),
    ...box(source, FRAME),
  }));
}

function listed(value: unknown): readonly (readonly [number, Fields])[] {
  return rows(value)
    .slice(0, LIMIT)
    .map((item, place) => [place, record(item)] as const)
    .filter(([, source]) => Object.keys(source).length > 0);
}

function box(source: Fields, usual: typeof NOTE): Pick<Note, "x" | "y" | "width" | "height"> {
  const size = (key: "width" | "height"): number => {
    const found = number(source[key]);
    return found !== null && found > 0 ? found : usual[key];
  };
  return { x: number(source["x"]) ?? 0, y: number(source["y"]) ?? 0, width: size("width"), height: size("height") };
}
