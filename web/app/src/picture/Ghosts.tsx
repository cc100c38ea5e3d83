/** Jumps: dashed ghost edges with their counts, over the quiet edges. */
import { memo } from "react";
import { amount } from "./card/words.ts";
import type { Ghost } from "./geometry/ghosts.ts";
import type { Touch } from "./useTouch.ts";

/** `chosen` is the key of the selected one. */
export const Ghosts = memo(function Ghosts({ ghosts, chosen, touch }: { ghosts: readonly Ghost[]; chosen: string | null; touch: Touch | null }) {
  return (
    <svg className="dr-wires dr-ghosts" aria-hidden {...touch}>
      {ghosts.map(({ key, path, x, y, jump, says }) => {
        const text = `${amount(jump.count)}×`;
        const width = 14 + text.length * 7;
        return (
          <g key={key} data-jump={key} data-from={jump.from} data-to={jump.to} data-chosen={key === chosen ? "yes" : undefined}>
            {!touch && <title>{says}</title>}
            <path d={path} />
            {touch && <path className="dr-reach" d={path} />}
            <rect x={x - width / 2} y={y - 9} width={width} height={18} rx={9} />
            <text x={x} y={y + 3.8}>{text}</text>
          </g>
        );
      })}
    </svg>
  );
});
