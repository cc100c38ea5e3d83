/** The status strip: connection, rate, counts, and how far they can be trusted. */
import { totals } from "@dagnet-realtime/engine/select/totals";
import { traceCounts } from "@dagnet-realtime/engine/select/traces";
import { lazy, Suspense } from "react";
import { clock, count, moment, rate, since } from "../format.ts";
import { useEngine, useHost, useSession } from "../hooks.ts";
import { LazyPopover } from "../kit/LazyPopover.tsx";
import { Tip } from "../kit/Tip.tsx";
import { brokenText, relayText, signOf } from "./connectionSign.ts";

const StripEnd = lazy(() => import("./StripEnd.tsx").then(({ StripEnd: component }) => ({ default: component })));

/** The bar below the top: connection, rate, counts, coverage, ledger. */
export function Strip() {
  const figures = useEngine("numbers", (state, now) => totals(state, now));
  const since = useEngine("numbers", (state) => state.accumulation.since);
  const on = useSession((state) => state.phase !== "off" && state.phase !== "starting" && state.phase !== "failed");
  const traces = useEngine("numbers", traceCounts);
  const lane = useSession((state) => state.connection);
  const broken = useEngine("numbers", () => brokenText(lane, Date.now()));
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

/** The sign of the connection, with a popover that says more. */
export function LiveSign() {
  const phase = useSession((state) => state.phase);
  const lane = useSession((state) => state.connection);
  const paused = useSession((state) => state.paused);
  const catching = useSession((state) => state.catchUpSpeed);
  const now = useEngine("numbers", () => Date.now());
  const sign = signOf(phase, lane, paused, catching);
  const heard = useHost((host) => host.lastFrameAt?.() ?? null) ?? lane.lastFrameAt;
  return (
    <LazyPopover
      title={sign.title}
      trigger={
        <button type="button" className={`live live-${sign.tone}`}>
          <i className="live-dot" aria-hidden="true" />
          {sign.word}
          {sign.lane && <span className="live-lane">{sign.lane}</span>}
          <span className="out-of-sight">{sign.title}</span>
        </button>
      }
    >
      <p>{sign.meaning}</p>
      {lane.why && <p>{lane.why}</p>}
      {lane.relay && <p>{relayText(lane.relay)}</p>}
      {lane.connection !== "off" && (
        <p>
          So since {clock(lane.since)}. Last heard {heard === null ? "never" : `${since(heard, now)}, at ${moment(heard)}`}.
          {lane.retryAt !== null && lane.retryAt > now && ` Trying again in ${Math.ceil((lane.retryAt - now) / 1000)} s.`}
        </p>
      )}
    </LazyPopover>
  );
}

const WIDTH = 104;
const HEIGHT = 20;

/** A small chart of a minute, one value a second. */
export function Sparkline({ values }: { readonly values: readonly number[] }) {
  const most = Math.max(1, ...values);
  const last = values.length - 1;
  const y = (value: number): number => HEIGHT - 2 - (value / most) * (HEIGHT - 5);
  const points = values.map((value, index) => `${((index / Math.max(1, last)) * (WIDTH - 4)).toFixed(1)},${y(value).toFixed(1)}`);
  return (
    <svg className="spark" width={WIDTH} height={HEIGHT} role="img" aria-label={`Events a second over the last minute, ${most} at most`}>
      {points.length > 1 && (
        <>
          <polygon className="spark-fill" points={`0,${HEIGHT} ${points.join(" ")} ${WIDTH - 4},${HEIGHT}`} />
          <polyline className="spark-line" points={points.join(" ")} />
          <circle className="spark-head" cx={WIDTH - 4} cy={y(values[last] ?? 0)} r={2.5} />
        </>
      )}
    </svg>
  );
}
