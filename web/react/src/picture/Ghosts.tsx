/** Steps that the graph has no edge for, as ghosts of edges; loaded with the first of them. */
import { amount } from "@dagnet-realtime/layer/staticLayer";
import { memo, useMemo } from "react";
import { drawJumps } from "./jumpEdges.ts";
import type { Scene } from "./scene.ts";
import type { JumpEdge } from "./types.ts";
import type { EdgeHover } from "./useEdgeHover.ts";

/** `chosen` is the key of the selected one. */
export const JumpEdges = memo(function Ghosts({ scene, jumps, chosen, touch }: { scene: Scene; jumps: readonly JumpEdge[]; chosen: string | null; touch: EdgeHover | null }) {
  const ghosts = useMemo(() => drawJumps(scene, jumps), [scene, jumps]);
  return (
    <svg className="dr-wires dr-ghosts" aria-hidden {...touch}>
      {ghosts.map(({ key, path, x, y, jump, says }) => {
        const text = `${amount(jump.count)}×`;
        const width = 14 + text.length * 9;
        return (
          <g key={key} data-jump={key} data-from={jump.from} data-to={jump.to} data-chosen={key === chosen ? "yes" : undefined}>
            {!touch && <title>{says}</title>}
            <path d={path} />
            {touch && <path className="dr-reach" d={path} />}
            <rect x={x - width / 2} y={y - 10} width={width} height={20} rx={10} />
            <text x={x} y={y}>{text}</text>
          </g>
        );
      })}
    </svg>
  );
});
