/** The strip: is it live, how much, since when, and how far it can be trusted. */
import { totals } from "@dagnet-realtime/engine/select/totals";
import { traceCounts } from "@dagnet-realtime/engine/select/traces";
import { lazy, Suspense } from "react";
import { clock, count, moment, rate } from "../format.ts";
import { Tip } from "../kit/Tip.tsx";
import { useEngine, useShell } from "../use.ts";
import { brokenWords } from "./broken.ts";
import { LiveSign } from "./LiveSign.tsx";
import { Sparkline } from "./Sparkline.tsx";

const StripEnd = lazy(() => import("./StripEnd.tsx").then(({ StripEnd: component }) => ({ default: component })));

export function Strip() {
  const figures = useEngine("second", (state, now) => totals(state, now));
  const since = useEngine("second", (state) => state.accumulation.since);
  const on = useShell((shell) => shell.phase !== "off" && shell.phase !== "starting" && shell.phase !== "failed");
  const traces = useEngine("second", traceCounts);
  const lane = useShell((shell) => shell.lane);
  const broken = useEngine("second", () => brokenWords(lane, Date.now()));
  const seen = on || figures.count > 0;
  return (
    <section className="strip" aria-label="Traffic">
      <LiveSign />
      {broken === null ? (
        <>
          <p className="figure">
            <strong>{rate(figures.rate)}</strong> events/s
          </p>
          <Sparkline values={figures.sparkline} />
        </>
      ) : (
        <p className="broken">{broken}</p>
      )}
      <p className="figure figure-cut">
        <strong>{count(figures.count)}</strong>{" "}
        {seen ? (
          <Tip says={`Counting began ${moment(since)}. Nothing from before that moment is shown.`}>
            <button type="button" className="plain">
              since {clock(since)}
            </button>
          </Tip>
        ) : (
          "events"
        )}
      </p>
      <p className="figure figure-cut wide-only">
        <strong>
          {traces.exact ? "" : "≤ "}
          {count(traces.seen)}
        </strong>{" "}
        {traces.seen === 1 ? "trace" : "traces"}
      </p>
      <span className="top-gap" />
      <Suspense>
        <StripEnd figures={figures} />
      </Suspense>
    </section>
  );
}
