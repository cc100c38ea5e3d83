/** The traces panel: the open trace as a timeline, and the last ones as rows. */
import { posture } from "@dagnet-realtime/engine/select/totals";
import { recentTraces, trace, traceCounts } from "@dagnet-realtime/engine/select/traces";
import type { TraceKind, TraceRow } from "@dagnet-realtime/engine/traces/select/traceList";
import { Search } from "lucide-react";
import { Suspense, useEffect, useRef, useState } from "react";
import { ago, count, plural } from "../format.ts";
import { useActions, useEngine, useSession, useSessionContext } from "../hooks.ts";
import { lazyPart } from "../kit/lazyPart.tsx";
import { FollowerList, FollowerMarks } from "./FollowerMarks.tsx";
import { TraceKinds } from "./TraceKinds.tsx";
import { type RowProps, WindowedList } from "../kit/WindowedList.tsx";
import { TraceName } from "./TraceName.tsx";

const FindPerson = lazyPart(async () => (await import("./FindPerson.tsx")).FindPerson);
const Jumps = lazyPart(async () => (await import("./JumpList.tsx")).JumpList);
const UnmappedPanel = lazyPart(async () => (await import("./UnmappedPanel.tsx")).UnmappedPanel);
const TraceView = lazyPart(async () => (await import("./TraceView.tsx")).TraceView);

const FIRST = 10;
/** The height of a row, in pixels. */
const ROW = 41;
/** Beside a timeline the list is short, so that what is unmapped is still in sight. */
const BESIDE = 5;
const UNMAPPED = 5;

/** The latest traces, or the one that is shown. */
export function TracesPanel() {
  const token = useSession((state) => state.trace);
  const known = useEngine("numbers", (state) => (token === "" ? null : trace(state, token)));
  const top = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (token !== "") top.current?.scrollIntoView({ block: "nearest" });
  }, [token]);
  return (
    <>
      <div ref={top} />
      {token !== "" && (
        <Suspense fallback={null}>
          <TraceView token={token} timeline={known} />
        </Suspense>
      )}
      <FollowerList />
      <Recent most={token !== "" ? BESIDE : FIRST} />
      <Suspense fallback={null}>
        <Jumps />
      </Suspense>
      <Suspense fallback={null}>
        <UnmappedPanel few={UNMAPPED} />
      </Suspense>
    </>
  );
}

function Recent({ most }: { readonly most: number }) {
  const [search, setSearch] = useState("");
  const [only, setOnly] = useState<TraceKind>("all");
  const [more, setMore] = useState(false);
  const { host = {} } = useSessionContext();
  const whole = more || search !== "" || only !== "all";
  const labelOf = (token: string): string => host.traceLabel?.(token) ?? "";
  const rows = useEngine("numbers", (state) => recentTraces(state, whole ? Infinity : most, search, labelOf, only));
  const { seen, exact } = useEngine("numbers", (state) => traceCounts(state));
  const less = useEngine("numbers", (state) => posture(state));
  const now = useEngine("numbers", (_, at) => at);
  return (
    <section className="side-part" aria-label="Recent traces">
      <header className="side-head">
        <h2>Recent traces</h2>
        <span className="quiet">
          {count(rows.length)} of {exact ? "" : "at most "}
          {count(seen)}
          {less.thinned || less.sampled ? " shown" : ""}
        </span>
        {more && (
          <button type="button" className="link" onClick={() => { setMore(false); }}>
            Show fewer
          </button>
        )}
      </header>
      {seen > 0 && (
        <label className="search">
          <Search size={14} aria-hidden="true" />
          <input
            value={search}
            placeholder="Name, event, node, converted, lost…"
            aria-label="Find a trace by name, token, event, node or end"
            onChange={(event) => {
              setSearch(event.target.value);
            }}
          />
        </label>
      )}
      {seen > 0 && <TraceKinds only={only} onOnly={setOnly} />}
      <Suspense fallback={null}>
        <FindPerson />
      </Suspense>
      {seen === 0 && <p className="quiet">None yet. A trace begins with the first event that carries an identifier.</p>}
      {seen > 0 && rows.length === 0 && <p className="quiet">No trace matches.</p>}
      <WindowedList whileOver className="traces" about={ROW} items={rows} keyOf={tokenOf}>
        {(row, place) => <Row row={row} now={now} place={place} />}
      </WindowedList>
      {!whole && seen > rows.length && rows.length === most && (
        <button
          type="button"
          className="link"
          onClick={() => {
            setMore(true);
          }}
        >
          Show all
        </button>
      )}
    </section>
  );
}

const tokenOf = ({ token }: TraceRow): string => token;

function Row({ row, now, place }: { readonly row: TraceRow; readonly now: number; readonly place: RowProps }) {
  const actions = useActions();
  const shown = useSession((state) => state.trace);
  const unmapped = row.dots.filter((dot) => dot === "unmapped").length;
  return (
    <li {...place}>
      <button
        type="button"
        className={`trace-row ${row.hue === null ? "" : `trace-hue-${row.hue}`}`}
        aria-current={row.tokens.some(({ token }) => token === shown)}
        title="Follow it (with Ctrl: beside the others)"
        onClick={(event) => {
          actions.follow.open(row.token, event.ctrlKey || event.metaKey || event.shiftKey);
        }}
      >
        <span className="trace-token"><TraceName token={row.token} /><FollowerMarks tokens={row.tokens.map(({ token }) => token)} /></span>
        <span className="dots" aria-hidden="true">
          {row.dots.map((dot, index) => (
            <i key={index} className={`dot dot-${dot}`} />
          ))}
          {row.ended !== null && <i className={`dot dot-end dot-end-${row.ended === "success" ? "won" : "other"}`} />}
        </span>
        <span className="mono quiet">{ago(row.seenAt, now)}</span>
        <span className="trace-says">
          {traceRowText(row)}
          {unmapped > 0 && <span className="out-of-sight">, {unmapped} unmapped</span>}
        </span>
      </button>
    </li>
  );
}

/** The second line of a trace in the list. */
export function traceRowText({ events, lastName, label, ended, retained: kept, partial }: Pick<TraceRow, "events" | "lastName" | "label" | "ended" | "retained" | "partial">): string {
  const stands = ended === null ? (label === "" ? "nowhere yet" : `at ${label}`) : ended === "success" ? `converted at ${label}` : `ended at ${label}: ${ended}`;
  return [plural(events, "event"), lastName === "" ? "" : `last ${lastName}`, stands, partial ? "partial" : "", kept ? "" : "steps let go"].filter(Boolean).join(" · ");
}
