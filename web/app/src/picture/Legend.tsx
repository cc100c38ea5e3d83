/** What the light means, and how steps are being drawn at this moment. */
import type { Report } from "./light/command.ts";

/** Particles in flight from which the slow pace leaves some out. */
const FEW = 95;

/** Says the manner of steps in the legend's words. */
export function mannerText({ dots, width, pace, particles }: Report): string {
  const manner = width ? "busy edges: width = steps/s" : dots ? "small dots = steps" : "1 dot = 1 step";
  return pace === 2 && particles >= FEW ? `${manner} · fewer dots` : manner;
}

export function Legend({ following, inferred, jumps, still, manner }: { following: boolean; inferred: boolean; jumps: boolean; still: boolean; manner: (element: HTMLElement | null) => void }) {
  return (
    <div className="dr-legend" role="note" aria-label="Legend">
      <span className="dr-legend-item">
        Rate <span className="dr-num">0.1</span>
        <span className="dr-swatches" aria-hidden>{[1, 2, 3, 4, 5].map((step) => <i key={step} data-heat={step} />)}</span>
        <span className="dr-num">200+/s</span>
      </span>
      {following && <span className="dr-legend-item"><i className="dr-key-trace" aria-hidden />Followed trace</span>}
      {inferred && <span className="dr-legend-item"><i className="dr-key-inferred" aria-hidden />Inferred</span>}
      {jumps && <span className="dr-legend-item"><i className="dr-key-jump" aria-hidden />Jump, no edge</span>}
      <span className="dr-legend-item"><i className="dr-key-waiting" aria-hidden />Not seen</span>
      {!still && <span className="dr-legend-item"><i className="dr-key-step" aria-hidden /><span ref={manner}>1 dot = 1 step</span></span>}
    </div>
  );
}
