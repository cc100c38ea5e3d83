/** The status strip: connection, rate, counts, and how far they can be trusted. */
import { totals } from "@dagnet-realtime/engine/select/totals";
import { traceCounts } from "@dagnet-realtime/engine/select/traces";
import { Suspense } from "react";
import { clock, count, moment, rate, since as sinceText } from "../format.ts";
import { useEngine, useHost, useSession, useSessionContext } from "../hooks.ts";
import { LazyPopover } from "../kit/LazyPopover.tsx";
import { lazyPart } from "../kit/lazyPart.tsx";
import { Tip } from "../kit/Tip.tsx";
import { useViewState } from "../useViewState.ts";
import { relayText, type ViewState } from "../viewState.ts";

const StripEnd = lazyPart(async () => (await import("./StripEnd.tsx")).StripEnd, () => null);

/** The bar below the top: connection, rate, counts, coverage, ledger. */
export function Strip() {
  const view = useViewState();
  const figures = useEngine("numbers", (state, now) => totals(state, now));
  const unread = useEngine("numbers", (state) => state.filterProblem !== null);
  const traces = useEngine("numbers", traceCounts);
  const filtered = unread ? null : figures.filtered;
  return (
    <section className="strip" aria-label="Traffic" data-state={view.name}>
      <LiveSign view={view} />
      {view.strip !== "" ? (
        <p className="broken">{view.strip}</p>
      ) : (
        <>
          <p className="figure">
            <strong>{rate(filtered?.rate ?? figures.rate)}</strong> {filtered === null ? "events/s" : `of ${rate(figures.rate)} events/s`}
          </p>
          <Sparkline values={figures.sparkline} />
        </>
      )}
      <CountFigure view={view} />
      {figures.tests > 0 && (
        <Tip says="Test events light their nodes and are counted apart: they are in no other figure, and cover nothing.">
          <button type="button" className="plain figure figure-cut">
            <strong className="figure-small">{count(figures.tests)}</strong> {figures.tests === 1 ? "test" : "tests"}
          </button>
        </Tip>
      )}
      <p className="figure figure-cut wide-only" title={traces.exact ? undefined : "At most so many: a trace that was forgotten and came back is counted twice"}>
        <strong>
          {traces.exact ? "" : "≤ "}
          {count(traces.seen)}
        </strong>{" "}
        {traces.seen === 1 ? "trace" : "traces"}
      </p>
      <span className="top-gap" />
      {filtered !== null && <span className="quiet strip-all">all events:</span>}
      <Suspense>
        <StripEnd figures={figures} />
      </Suspense>
    </section>
  );
}

/** How many events, since when; of how many if a filter is in force. */
export function CountFigure({ view }: { readonly view: ViewState }) {
  const figures = useEngine("numbers", (state, now) => totals(state, now));
  const since = useEngine("numbers", (state) => state.accumulation.since);
  const unread = useEngine("numbers", (state) => state.filterProblem !== null);
  const filtered = unread ? null : figures.filtered;
  return (
    <p className="figure figure-cut">
      {filtered === null ? (
        <strong>{count(figures.count)}</strong>
      ) : (
        <>
          <strong className="strip-filtered">{count(filtered.count)}</strong> of <strong>{count(filtered.of)}</strong>
        </>
      )}{" "}
      {view.covers === "" ? (
        "events"
      ) : (
        <LazyPopover
          title="What is counted"
          trigger={
            <button type="button" className="plain">
              {view.covers}
            </button>
          }
        >
          {filtered !== null && <p>Of the {count(figures.count)} events counted, {count(filtered.of)} are held here and were asked; {count(filtered.count)} pass the filter.</p>}
          <p>Counting began {moment(since)}. Nothing from before that moment is shown.</p>
        </LazyPopover>
      )}
    </p>
  );
}

/** The sign of the state, with a popover that says more. In a host, where others say “live” of
 * other things, `name` is what is live.
 */
export function LiveSign({ view, name = "" }: { readonly view: ViewState; readonly name?: string }) {
  const lane = useSession((session) => session.connection);
  const { engine } = useSessionContext();
  const now = useEngine("numbers", () => engine.at());
  const { sign } = view;
  const heard = useHost((host) => host.lastFrameAt?.() ?? null) ?? lane.lastFrameAt;
  return (
    <LazyPopover
      title={sign.title}
      trigger={
        <button type="button" className={`live live-${sign.tone}`}>
          <i className="live-dot" aria-hidden="true" />
          {name === "" ? sign.word : `${name} · ${sign.word.toLowerCase()}`}
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
          Since {clock(lane.since)}. {heard === null ? "Nothing has come yet." : `The last frame came ${sinceText(heard, now)} (${moment(heard)}).`}
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
