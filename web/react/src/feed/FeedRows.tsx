/** The rows of the feed that are on screen. Their elements are pooled: a new event changes texts
 * and creates no elements.
 */
import { feed } from "@dagnet-realtime/engine/select/feed";
import { Clock } from "lucide-react";
import { type ReactNode, Suspense, useLayoutEffect, useRef } from "react";
import { moment, span, timeOrDay, value } from "../format.ts";
import { useActions, useEngine, useSession } from "../hooks.ts";
import { lazyPart } from "../kit/lazyPart.tsx";
import { MiddleCut } from "../kit/MiddleCut.tsx";
import { TraceName } from "../side/TraceName.tsx";
import { type Column, type FeedColumns, shownColumns, TITLES, withWidth } from "./columns.ts";
import { type FeedRow, lag, rowMarks, SLOW_MS, unsent } from "../selectors.ts";

const Payload = lazyPart(async () => (await import("./EventDetail.tsx")).EventDetail);

interface FeedRowsProps {
  readonly start: number;
  readonly first: number;
  readonly count: number;
  readonly opened: number | null;
  readonly openedPlace: number;
  /** The row that is the list's tab stop; null for the first in view. */
  readonly current: number | null;
  readonly onFocus: (row: number) => void;
  /** Height of what an opened row shows below itself, in pixels. */
  readonly room: number;
  /** The most that it may take. */
  readonly most: number;
  /** Told how much it needs. */
  readonly onRoom: (room: number) => void;
  readonly columns: FeedColumns;
  readonly onOpen: (row: number) => void;
}

/** Height of the heads, in pixels. */
export const HEADS = 22;

/** What the columns are; it stays in view. The end of a head is dragged to size its column. */
export function FeedHeads({ columns, onColumns }: { readonly columns: FeedColumns; readonly onColumns: (next: FeedColumns) => void }) {
  return (
    <div role="rowgroup" className="feed-heads">
      <div role="row" aria-rowindex={1} className="row-line">
        {shownColumns(columns).map((name, index, all) => (
          <span key={name} role="columnheader" data-column={name} className={name === "lag" ? "row-lag" : undefined} title={name === "lag" ? "From occurrence to arrival, if over a second" : undefined}>
            {TITLES[name]}
            {index + 1 < all.length && <ColumnGrip name={name} columns={columns} onColumns={onColumns} />}
          </span>
        ))}
      </div>
    </div>
  );
}

/** For a pointer; a keyboard has the menu of columns. */
function ColumnGrip({ name, columns, onColumns }: { readonly name: Column; readonly columns: FeedColumns; readonly onColumns: (next: FeedColumns) => void }) {
  const from = useRef<{ readonly x: number; readonly width: number } | null>(null);
  return (
    <i
      className="column-grip"
      aria-hidden="true"
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        from.current = { x: event.clientX, width: event.currentTarget.parentElement?.offsetWidth ?? 0 };
      }}
      onPointerMove={(event) => {
        if (from.current) onColumns(withWidth(columns, name, from.current.width + event.clientX - from.current.x));
      }}
      onPointerUp={() => {
        from.current = null;
      }}
      onDoubleClick={() => {
        onColumns(withWidth(columns, name, null));
      }}
    />
  );
}

/** The rows that are in view. */
export function FeedRows({ start, first, count, opened, openedPlace, current, onFocus, room, most, onRoom, columns, onOpen }: FeedRowsProps) {
  const { rows } = useEngine("rows", (state) => feed(state, { start, count }));
  const names = shownColumns(columns);
  const stop = rows.some(({ row }) => row === current) ? current : rows[0]?.row;
  return rows.map((row, index) => (
    <Line
      key={row.row === opened ? "opened" : (first + index) % (count + 1)}
      row={row}
      index={start + index + 1}
      at={top(first + index, openedPlace, room)}
      most={most}
      onRoom={onRoom}
      columns={names}
      open={row.row === opened}
      stop={row.row === stop}
      onFocus={() => {
        onFocus(row.row);
      }}
      onOpen={() => {
        onOpen(row.row);
      }}
    />
  ));
}

interface LineProps {
  readonly row: FeedRow;
  readonly index: number;
  readonly at: number;
  readonly most: number;
  readonly onRoom: (room: number) => void;
  readonly columns: readonly Column[];
  readonly open: boolean;
  readonly stop: boolean;
  readonly onFocus: () => void;
  readonly onOpen: () => void;
}

function Line({ row, index, at, most, onRoom, columns, open, stop, onFocus, onOpen }: LineProps) {
  const actions = useActions();
  const nodes = useSession((state) => state.graph?.nodes);
  const follows = useEngine("rows", (state) => state.follows);
  const { followed, unmapped, late, labels, token } = rowMarks(row, nodes ?? [], follows);
  const late_ = late ? ", late" : "";
  const cells: Readonly<Record<Column, () => ReactNode>> = {
    occurred: () => (
      <span key="occurred" role="cell" className="mono quiet" title={`Occurred ${moment(row.occurredAt)}\nArrived ${moment(row.arrivedAt)}`}>
        {timeOrDay(row.occurredAt, row.at)}
      </span>
    ),
    event: () => (
      <span key="event" role="cell" className="row-name">
        <i className={unmapped ? "mark mark-unmapped" : followed ? "mark mark-followed" : "mark"} aria-hidden="true" />
        <button type="button" className="row-open" aria-expanded={open} aria-label={`${row.name}${late_}`} tabIndex={stop ? 0 : -1} data-row={row.row} onFocus={onFocus} onClick={(event) => { event.stopPropagation(); onOpen(); }}>
          <MiddleCut>{row.name}</MiddleCut>
        </button>
        {late && <Clock size={12} className="row-late" aria-hidden="true" />}
      </span>
    ),
    node: () => (
      <span key="node" role="cell" className={unmapped ? "row-node pink" : "row-node"}>
        {labels}
      </span>
    ),
    trace: () => (
      <span key="trace" role="cell" className={followed ? "row-token amber" : "row-token"} title={token === "" ? undefined : `${token}: click to follow`} onClick={(event) => { if (token) { event.stopPropagation(); actions.follow.open(token); } }}>
        {token !== "" && <TraceName token={token} />}
      </span>
    ),
    properties: () => (
      <span key="properties" role="cell" className="mono row-properties">
        {Object.entries(row.properties).slice(0, 8).map(([key, of]) => (
          <span key={key}>
            <span className="quiet">{key}</span> {value(of)}
          </span>
        ))}
      </span>
    ),
    lag: () => (
      <span key="lag" role="cell" className="mono quiet row-lag">
        {unsent(row) || ((lag(row) ?? 0) > SLOW_MS ? span(lag(row) ?? 0) : "")}
      </span>
    ),
  };
  return (
    <div className={`row ${followed ? "row-followed" : ""} ${open ? "row-opened" : ""}`} role="row" aria-rowindex={index + 1} style={{ transform: `translateY(${at}px)` }}>
      <div className="row-line" onClick={onOpen}>
        {columns.map((name) => cells[name]())}
      </div>
      {open && (
        <Room most={most} onRoom={onRoom}>
          <Suspense fallback={null}>
            <Payload row={row} />
          </Suspense>
        </Room>
      )}
    </div>
  );
}

/** As high as what it holds, up to `most` pixels. */
function Room({ most, onRoom, children }: { readonly most: number; readonly onRoom: (room: number) => void; readonly children: ReactNode }) {
  const element = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const held = element.current;
    if (held === null) return undefined;
    const tell = (): void => {
      // Nothing is in it until its code has come.
      if (held.offsetHeight > 0) onRoom(held.offsetHeight);
    };
    tell();
    const observer = new ResizeObserver(tell);
    observer.observe(held);
    return () => {
      observer.disconnect();
    };
  }, [onRoom]);
  return (
    <div ref={element} style={{ maxHeight: most }}>
      {children}
    </div>
  );
}

export const ROW = 27;
/** The room that an opened row takes below itself, least and most: it scrolls. */
const LEAST_ROOM = 96;
const MOST_ROOM = 420;

/** The room of an opened row in a list of this height: the row before it stays in sight. */
export function roomIn(height: number): number {
  return Math.max(LEAST_ROOM, Math.min(MOST_ROOM, height - 2 * ROW));
}

/** Rows drawn beyond each edge, so that a scroll shows no gap before the next drawing. */
const SPARE = 4;

/** Numbers of the rows held, oldest first; those before `from` are gone. */
export interface Numbers {
  readonly rows: readonly number[];
  readonly from: number;
}

/** How many rows are newer than the row numbered `anchor`. */
export function newer({ rows, from }: Numbers, anchor: number): number {
  let low = from;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rows[middle] ?? 0) <= anchor) low = middle + 1;
    else high = middle;
  }
  return rows.length - low;
}

/** The place of a row counted from the newest, -1 if it is gone. */
export function placeOf(numbers: Numbers, row: number): number {
  const before = newer(numbers, row);
  return numbers.rows[numbers.rows.length - 1 - before] === row && numbers.rows.length - 1 - before >= numbers.from ? before : -1;
}

/** The place that a key leads to from another; null if the key does not move. */
export function placeAfter(key: string, place: number, total: number, page: number): number | null {
  const steps: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -total, End: total };
  const step = steps[key];
  return step === undefined ? null : Math.max(0, Math.min(total - 1, place + step));
}

/** The range of rows that are in view. */
export interface Shown {
  readonly first: number;
  readonly count: number;
  readonly height: number;
}

/** Which places are on screen; `opened` is the place of the opened row, -1 for none, and `room`
 * what it takes below itself.
 */
export function shown(total: number, scroll: number, height: number, opened: number, room: number): Shown {
  const hasOpened = opened >= 0 && opened < total;
  const whole = total * ROW + (hasOpened ? room : 0);
  const past = hasOpened && scroll > (opened + 1) * ROW ? Math.min(room, scroll - (opened + 1) * ROW) : 0;
  const first = Math.max(0, Math.min(total, Math.floor((scroll - past) / ROW)) - SPARE);
  const count = Math.min(total - first, Math.ceil(height / ROW) + 1 + 2 * SPARE);
  return { first, count: Math.max(0, count), height: whole };
}

/** Where the row at a place begins. */
export function top(place: number, opened: number, room: number): number {
  return place * ROW + (opened >= 0 && place > opened ? room : 0);
}
