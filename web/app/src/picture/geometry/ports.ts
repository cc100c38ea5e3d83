/** Where edges touch their cards: edges that share a face are spread along it, in the order of what they lead to. */
import type { Box } from "./place.ts";
import type { Face, Port } from "./curve.ts";

/** An edge between two cards, by index into the boxes. */
export interface Link {
  readonly source: number;
  readonly target: number;
  readonly sourceFace: Face;
  readonly targetFace: Face;
}

/** Most room between two edges on one face, and what stays free at its ends, in canvas units. */
const SPREAD = 17;
const END = 16;

/** Both ports of every link, in order; a link to a missing box is an error of the caller and gets the box's corner at 0, 0. */
export function portsOf(links: readonly Link[], boxes: readonly Box[]): { from: Port; to: Port }[] {
  const faces = new Map<string, { link: number; out: boolean; lean: number }[]>();
  links.forEach((link, index) => {
    add(link.source, link.sourceFace, link.target, index, true);
    add(link.target, link.targetFace, link.source, index, false);
  });
  const ends = links.map(() => ({ from: null as Port | null, to: null as Port | null }));
  for (const [key, list] of faces) {
    const [node, face] = key.split(" ") as [string, Face];
    const box = boxes[Number(node)] ?? { x: 0, y: 0, width: 0, height: 0 };
    const length = face === "left" || face === "right" ? box.height : box.width;
    const gap = Math.min(SPREAD, (length - END * 2) / Math.max(1, list.length - 1));
    list.sort((a, b) => a.lean - b.lean || a.link - b.link);
    list.forEach(({ link, out }, i) => {
      const end = ends[link];
      if (!end) return;
      const port = portAt(box, face, (i - (list.length - 1) / 2) * gap);
      if (out) end.from = port;
      else end.to = port;
    });
  }
  const nowhere: Port = { x: 0, y: 0, face: "right" };
  return ends.map(({ from, to }) => ({ from: from ?? nowhere, to: to ?? nowhere }));

  function add(node: number, face: Face, other: number, link: number, out: boolean) {
    const a = boxes[node];
    const b = boxes[other];
    const lean = !a || !b ? 0 : slope(face, b.x + b.width / 2 - a.x - a.width / 2, b.y + b.height / 2 - a.y - a.height / 2);
    const key = `${node} ${face}`;
    faces.set(key, [...(faces.get(key) ?? []), { link, out, lean }]);
  }
}

/** The angle at which the other end lies, rising along the face, so that edges do not cross at the card. */
function slope(face: Face, dx: number, dy: number): number {
  switch (face) {
    case "right":
      return Math.atan2(dy, Math.max(dx, 1));
    case "left":
      return Math.atan2(dy, Math.max(-dx, 1));
    case "top":
      return Math.atan2(dx, Math.max(-dy, 1));
    case "bottom":
      return Math.atan2(dx, Math.max(dy, 1));
  }
}

function portAt(box: Box, face: Face, offset: number): Port {
  const midX = box.x + box.width / 2;
  const midY = box.y + box.height / 2;
  switch (face) {
    case "left":
      return { face, x: box.x, y: midY + offset };
    case "right":
      return { face, x: box.x + box.width, y: midY + offset };
    case "top":
      return { face, x: midX + offset, y: box.y };
    case "bottom":
      return { face, x: midX + offset, y: box.y + box.height };
  }
}
