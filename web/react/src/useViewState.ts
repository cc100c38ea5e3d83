/** The row of the table of states that holds now, read once a second and with each change of the
 * session.
 */
import { totals } from "@dagnet-realtime/engine/select/totals";
import type { State } from "@dagnet-realtime/engine/state";
import { useEngine, useSession, useSessionContext, useStoreValue } from "./hooks.ts";
import { type ViewState, viewState } from "./viewState.ts";

export function useViewState(): ViewState {
  const { engine, store, host = {} } = useSessionContext();
  const [phase, graph, connection, paused, catchUpSpeed, endedBecause, text] = [
    useSession((session) => session.phase), useSession((session) => session.graph), useSession((session) => session.connection), useSession((session) => session.paused),
    useSession((session) => session.catchUpSpeed), useSession((session) => session.endedBecause), useSession((session) => session.filter),
  ];
  // Rows as well as numbers, so that "+11 waiting" and "n of m" keep up with what arrives.
  useStoreValue(store, (session) => session.rowsTick);
  return useEngine("numbers", (state, shown) => {
    const now = engine.at();
    const { count, rate, tests, filtered } = totals(state, now);
    return viewState({
      phase, graph: graph === null ? null : graph.title || graph.name, connection, paused, catchUpSpeed, endedBecause, now, shownAt: shown, since: state.accumulation.since,
      until: untilOf(state, now), count, rate, pending: state.pauseBuffer.pending, tests,
      filter: filtered === null || state.filterProblem !== null ? null : { text, passed: filtered.count, of: filtered.of, rate: filtered.rate },
      player: host.player?.() ?? null,
    });
  });
}

/** Up to when the counts reach, while they do not grow: the last frame, or the moment of Off. */
function untilOf({ lanes, connection, connectionSince, lastFrameAt }: State, now: number): number | null {
  if (lanes.length === 0) return connectionSince || now;
  return connection === "stale" || connection === "reconnecting" ? lastFrameAt ?? connectionSince : null;
}
