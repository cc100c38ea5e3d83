/** The rows on screen. Their elements are pooled by place: a new event changes texts, it makes no elements. */
import { feed } from "@dagnet-realtime/engine/select/feed";
import { Clock } from "lucide-react";
import { lazy, Suspense, type KeyboardEvent } from "react";
import { moment, span, timeOrDay, value } from "../format.ts";
import { lag, marks, unsent, type FeedRow } from "../read.ts";
import { useActions, useEngine, useShell } from "../use.ts";
import { top } from "./window.ts";

const Payload = lazy(() => import("./Payload.tsx").then(({ Payload: component }) => ({ default: component })));

interface RowsProps {
  readonly start: number;
  readonly first: number;
  readonly count: number;
  readonly opened: number | null;
  readonly openedPlace: number;
  readonly onOpen: (row: number) => void;
}

export function Rows({ start, first, count, opened, openedPlace, onOpen }: RowsProps) {
  const { rows } = useEngine("fifth", (state) => feed(state, { start, count }));
  return rows.map((row, index) => (
    <Line
      key={row.row === opened ? "opened" : (first + index) % (count + 1)}
      row={row}
      index={start + index + 1}
      at={top(first + index, openedPlace)}
      open={row.row === opened}
      onOpen={() => {
        onOpen(row.row);
      }}
    />
  ));
}

function moveFocus(event: KeyboardEvent<HTMLButtonElement>): void {
  const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
  if (step === 0) return;
  const all = [...(event.currentTarget.closest(".feed-tall")?.querySelectorAll<HTMLButtonElement>(".row-open") ?? [])];
  const places = all.map((one) => ({ one, top: one.getBoundingClientRect().top })).sort((a, b) => a.top - b.top);
  const here = places.findIndex(({ one }) => one === event.currentTarget);
  places[here + step]?.one.focus();
  event.preventDefault();
}

interface LineProps {
  readonly row: FeedRow;
  readonly index: number;
  readonly at: number;
  readonly open: boolean;
  readonly onOpen: () => void;
}

function Line({ row, index, at, open, onOpen }: LineProps) {
  const actions = useActions();
  const nodes = useShell((shell) => shell.graph?.nodes);
  const follows = useEngine("fifth", (state) => state.follows);
  const { followed, unmapped, late, labels, token } = marks(row, nodes ?? [], follows);
  const late_ = late ? ", late" : "";
  return (
    <div className={`row ${followed ? "row-followed" : ""} ${open ? "row-opened" : ""}`} role="row" aria-rowindex={index} style={{ transform: `translateY(${at}px)` }}>
      <div className="row-line" onClick={onOpen}>
        <span role="cell" className="mono quiet" title={`Occurred ${moment(row.occurredAt)}\nArrived ${moment(row.arrivedAt)}`}>
          {timeOrDay(row.occurredAt, row.at)}
        </span>
        <span role="cell" className="row-name">
          <i className={unmapped ? "mark mark-unmapped" : followed ? "mark mark-followed" : "mark"} aria-hidden="true" />
          <button type="button" className="row-open mono" aria-expanded={open} aria-label={`${row.name}${late_}`} onKeyDown={moveFocus} onClick={(event) => { event.stopPropagation(); onOpen(); }}>
            {row.name}
          </button>
          {late && <Clock size={12} className="row-late" aria-hidden="true" />}
        </span>
        <span role="cell" className={unmapped ? "row-node pink" : "row-node"}>
          {labels}
        </span>
        <span role="cell" className={followed ? "mono row-token amber" : "mono row-token"} title={token === "" ? undefined : "Click to follow"} onClick={(event) => { if (token) { event.stopPropagation(); actions.tracing.open(token); } }}>
          {token}
        </span>
        <span role="cell" className="mono row-properties">
          {Object.entries(row.properties).slice(0, 8).map(([key, of]) => (
            <span key={key}>
              <span className="quiet">{key}</span> {value(of)}
            </span>
          ))}
        </span>
        <span role="cell" className="mono quiet row-lag">
          {unsent(row) || (lag(row) === null ? "" : span(lag(row) ?? 0))}
        </span>
      </div>
      {open && (
        <Suspense fallback={null}>
          <Payload row={row} />
        </Suspense>
      )}
    </div>
  );
}
