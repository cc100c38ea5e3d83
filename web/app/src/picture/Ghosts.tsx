/** Jumps: dashed ghost edges with their counts, over the quiet edges. */
import { memo } from "react";
import { amount } from "./card/words.ts";
import type { Ghost } from "./geometry/ghosts.ts";

export const Ghosts = memo(function Ghosts({ ghosts }: { ghosts: readonly Ghost[] }) {
  return (
    <svg className="dr-wires dr-ghosts" aria-hidden>
      {ghosts.map(({ key, path, x, y, jump, says }) => {
        const text = `${amount(jump.count)}×`;
        const width = 14 + text.length * 7;
        return (
          <g key={key} data-jump={key}>
            <title>{says}</title>
            <path d={path} />
            <rect x={x - width / 2} y={y - 9} width={width} height={18} rx={9} />
            <text x={x} y={y + 3.8}>{text}</text>
          </g>
        );
      })}
    </svg>
  );
});
