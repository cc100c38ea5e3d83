/** The legend: what the marks of the picture mean, and the ends of the scale of rates. */
import type { Hue, LightSource } from "@dagnet-realtime/client/light";
import { HEAT_STEPS } from "@dagnet-realtime/engine/activity";
import { useEffect, useRef } from "react";
import { rateText, write } from "./cardWriter.ts";
import "./legend.css";

interface LegendProps {
  readonly light: LightSource;
  /** Cards show rates. */
  readonly rates: boolean;
  /** Followed traces, by hue. */
  readonly hues: readonly Hue[];
  /** Edges that say so with a star. */
  readonly conditional: boolean;
  /** Whether a node is drawn as not seen yet. */
  readonly waiting: () => boolean;
  readonly inferred: boolean;
  readonly jumps: boolean;
  readonly still: boolean;
  readonly manner: (element: HTMLElement | null) => void;
}

/** What the marks of the picture mean; only those that are there. */
export function Legend({ light, rates, hues, conditional, waiting, inferred, jumps, still, manner }: LegendProps) {
  return (
    <div className="dr-legend" role="note" aria-label="Legend">
      {rates && <RateScale light={light} />}
      {hues.length > 0 && <span className="dr-legend-item">{hues.map((hue) => <i key={hue} className="dr-key-trace" style={{ background: `var(--dr-follow-${hue})` }} aria-hidden />)}{hues.length === 1 ? "Followed trace" : "Followed traces"}</span>}
      {inferred && <span className="dr-legend-item"><i className="dr-key-inferred" aria-hidden />Inferred</span>}
      {jumps && <span className="dr-legend-item"><i className="dr-key-jump" aria-hidden />Unexpected step</span>}
      {conditional && <span className="dr-legend-item"><b>*</b> other odds under conditions</span>}
      <Waiting waiting={waiting} />
      {!still && <span className="dr-legend-item"><i className="dr-key-step" aria-hidden /><span ref={manner}>1 dot = 1 step</span></span>}
    </div>
  );
}

/** How often the legend looks at the picture, in milliseconds. */
const SCALE_MS = 1000;

function Waiting({ waiting }: Pick<LegendProps, "waiting">) {
  const root = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    const show = () => { if (root.current) root.current.hidden = !waiting(); };
    show();
    const timer = setInterval(show, SCALE_MS);
    return () => { clearInterval(timer); };
  }, [waiting]);
  return <span className="dr-legend-item" ref={root}><i className="dr-key-waiting" aria-hidden />Not seen yet</span>;
}

/** The steps of heat between the ends of the scale, which follow the busiest node. */
function RateScale({ light }: { readonly light: LightSource }) {
  const least = useRef<HTMLElement | null>(null);
  const top = useRef<HTMLElement | null>(null);
  useEffect(() => {
    const show = () => {
      const scale = light.scale?.();
      if (!scale) return;
      write(least.current, String(scale.least));
      write(top.current, rateText(scale.top));
    };
    show();
    const timer = setInterval(show, SCALE_MS);
    return () => { clearInterval(timer); };
  }, [light]);
  return (
    <span className="dr-legend-item" title="From the least rate to the busiest step of the last minute. Fill, border, glow and bars rise together, each step by the same factor.">
      Rate <span className="dr-num" ref={least}>0.05</span>
      <span className="dr-swatches" aria-hidden>{Array.from({ length: HEAT_STEPS }, (_, step) => <i key={step} data-heat={step + 1} />)}</span>
      <span className="dr-num" ref={top}>1/s</span>
    </span>
  );
}
