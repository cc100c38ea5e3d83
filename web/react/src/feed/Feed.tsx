/** The events, newest first; the list stands still while it is scrolled or read. */
import { ChevronDown, ChevronUp, Columns3 } from "lucide-react";
import { type CSSProperties, type KeyboardEvent, type ReactNode, Suspense, useLayoutEffect, useRef, useState } from "react";
import { createPortal } from "react-dom";
import { count, plural } from "../format.ts";
import { useActions, useEngine, useSession } from "../hooks.ts";
import { Button, Grip } from "../kit/controls.tsx";
import { lazyPart } from "../kit/lazyPart.tsx";
import { LazyPopover } from "../kit/LazyPopover.tsx";
import { usePress } from "../kit/stillOrder.ts";
import { type FeedColumns, tracks } from "./columns.ts";
import { FeedHeads, FeedRows, HEADS, newer, placeAfter, placeOf, roomIn, ROW, shown, top } from "./FeedRows.tsx";
import "../styles/feed.css";

const ColumnsMenu = lazyPart(async () => (await import("./ColumnsMenu.tsx")).ColumnsMenu);

const HEAD = 37;

/** The feed's height is its host's. */
export interface FeedProps {
  /** For a link to it. */
  readonly id?: string;
  readonly open: boolean;
  readonly onOpen: (open: boolean) => void;
  /** Height in pixels while open; an opened row may make it taller. */
  readonly height: number;
  readonly limits: { readonly least: number; readonly most: number };
  readonly onHeight: (height: number) => void;
  /** Chosen columns; without `onColumns` they are as they come. */
  readonly columns?: FeedColumns;
  readonly onColumns?: (columns: FeedColumns) => void;
  /** Shown while there are no events at all. */
  readonly empty?: ReactNode;
}

/** The events below the picture. */
export function Feed({ id, open, onOpen, height, limits, onHeight, columns = {}, onColumns = NONE, empty = null }: FeedProps) {
  const filter = useSession((state) => state.filter);
  const since = useEngine("numbers", (state) => state.accumulation.since);
  const [slot, setSlot] = useState<HTMLElement | null>(null);
  return (
    <section className="feed" id={id} tabIndex={-1} aria-label="Events" style={{ height: open ? height : HEAD }}>
      {open && <Grip label="Height of the events" axis="y" size={height} {...limits} onSize={onHeight} />}
      <Head open={open} onOpen={onOpen} columns={columns} onColumns={onColumns} slot={setSlot} />
      {open && <List key={`${since} ${filter}`} height={height - HEAD - HEADS} columns={columns} onColumns={onColumns} slot={slot} empty={empty} />}
    </section>
  );
}

const NONE = (): void => undefined;

type Chosen = Required<Pick<FeedProps, "columns" | "onColumns">>;

/** `slot` is given the place in which the list says how many rows are new. */
function Head({ open, onOpen, columns, onColumns, slot }: Pick<FeedProps, "open" | "onOpen"> & Chosen & { readonly slot: (place: HTMLElement | null) => void }) {
  const head = useRef<HTMLElement>(null);
  const text = useSession((state) => state.filter);
  const unread = useEngine("rows", (state) => state.filterProblem !== null);
  const filter = unread ? "" : text;
  const { rows, from } = useEngine("rows", (state) => state.accumulation.view);
  const most = useEngine("numbers", (state) => state.options.events);
  const all = useEngine("rows", (state) => state.accumulation.events.end - state.accumulation.events.start);
  const held = rows.length - from;
  return (
    <header className="feed-head" ref={head}>
      <h2>Events</h2>
      <span className="chip mono" title={`The last ${count(most)} events are held in this tab`}>
        {count(held)}
      </span>
      <span className="quiet feed-order">newest first{filter ? ` · ${filter}` : ""}</span>
      <span ref={slot} />
      <span className="top-gap" />
      {filter && (
        <span className="quiet">
          {plural(held, "match", "matches")} among {count(all)} held
        </span>
      )}
      {open && onColumns !== NONE && (
        <LazyPopover title="Columns" side="top" align="end" trigger={<Button voice="quiet" className="button-small feed-columns" icon={<Columns3 size={15} />} aria-label="Columns" title="Columns" />}>
          <Suspense fallback={null}>
            <ColumnsMenu columns={columns} onColumns={onColumns} widthOf={(name) => head.current?.parentElement?.querySelector<HTMLElement>(`[data-column=${name}]`)?.offsetWidth ?? 0} />
          </Suspense>
        </LazyPopover>
      )}
      <Button
        voice="quiet"
        className="button-small"
        icon={open ? <ChevronDown size={15} /> : <ChevronUp size={15} />}
        aria-expanded={open}
        aria-label={open ? "Hide the events" : "Show the events"}
        onClick={() => {
          onOpen(!open);
        }}
      />
    </header>
  );
}

function List({ height, columns, onColumns, slot, empty }: Chosen & { readonly height: number; readonly slot: HTMLElement | null; readonly empty: ReactNode }) {
  const scroller = useRef<HTMLDivElement>(null);
  const [scroll, setScroll] = useState(0);
  const [opened, setOpened] = useState<number | null>(null);
  const [anchor, setAnchor] = useState<number | null>(null);
  const [current, setCurrent] = useState<number | null>(null);
  const focusWanted = useRef(false);
  const view = useEngine("rows", (state) => state.accumulation.view);
  const total = view.rows.length - view.from;
  const newest = view.rows.at(-1) ?? -1;
  const fresh = anchor === null ? 0 : newer(view, anchor);
  const place = opened === null ? -1 : placeOf(view, opened) - fresh;
  const most = roomIn(height);
  const [needed, setNeeded] = useState(most);
  const room = Math.min(needed, most);
  const at = shown(total - fresh, scroll, height, place, room);

  const live = (): void => {
    setAnchor(null);
    setOpened(null);
    setScroll(0);
    scroller.current?.scrollTo({ top: 0 });
  };
  const hold = (): void => {
    setAnchor((held) => held ?? newest);
  };
  // A row that was opened, or came into view by key, is another element.
  useLayoutEffect(() => {
    if (!focusWanted.current) return;
    const row = scroller.current?.querySelector<HTMLElement>(`[data-row="${current}"]`);
    if (!row) return;
    focusWanted.current = false;
    row.focus({ preventScroll: true });
  });
  const move = (event: KeyboardEvent<HTMLElement>): void => {
    const row = event.target instanceof HTMLElement ? event.target.dataset["row"] : undefined;
    if (row === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    const seen = event.currentTarget.clientHeight - HEADS;
    const page = Math.max(1, Math.floor(seen / ROW) - 1);
    const to = placeAfter(event.key, placeOf(view, Number(row)) - fresh, total - fresh, page);
    if (to === null) return;
    event.preventDefault();
    const { scrollTop } = event.currentTarget;
    const y = top(to, place, room);
    const next = y < scrollTop ? y : y + ROW > scrollTop + seen ? y + ROW - seen : scrollTop;
    event.currentTarget.scrollTo({ top: next });
    setScroll(next);
    setCurrent(view.rows[view.rows.length - 1 - to - fresh] ?? null);
    focusWanted.current = true;
  };
  const focused = (): boolean => scroller.current?.querySelector(":focus-visible") != null;
  // A click opens the row that was pressed, also if rows have come meanwhile.
  const onPointerDown = usePress(hold, () => {
    if (opened === null && (scroller.current?.scrollTop ?? 0) === 0 && !focused()) setAnchor(null);
  });
  if (total === 0) return <FeedEmpty>{empty}</FeedEmpty>;
  const pill = fresh > 0 && (
    <button type="button" className="feed-new" onClick={live}>
      {count(fresh)} new
    </button>
  );
  return (
    <div className="feed-body">
      {slot && createPortal(pill, slot)}
      <div
        ref={scroller}
        className="feed-scroll"
        role="table"
        aria-label="Events, newest first"
        aria-rowcount={total + 1}
        tabIndex={-1}
        style={asProperties(columns)}
        onKeyDown={move}
        onPointerDown={onPointerDown}
        onBlur={(event) => {
          if (!focusWanted.current && !event.currentTarget.contains(event.relatedTarget) && opened === null && scroll === 0) setAnchor(null);
        }}
        onScroll={(event) => {
          const { scrollTop } = event.currentTarget;
          setScroll(scrollTop);
          if (scrollTop > 0) hold();
          else if (opened === null && !focused()) setAnchor(null);
        }}
      >
        <FeedHeads columns={columns} onColumns={onColumns} />
        <div className="feed-tall" role="rowgroup" style={{ height: at.height }}>
          <FeedRows
            start={at.first + fresh}
            first={at.first}
            count={at.count}
            opened={opened}
            openedPlace={place}
            current={current}
            onFocus={(row) => {
              setCurrent(row);
              if (focused()) hold();
            }}
            room={room}
            most={most}
            onRoom={setNeeded}
            columns={columns}
            onOpen={(row) => {
              focusWanted.current = focused();
              setCurrent(row);
              if (row === opened) {
                setOpened(null);
                if (scroll === 0) setAnchor(null);
              } else {
                hold();
                setOpened(row);
                scroller.current?.scrollTo({ top: Math.max(0, placeOf(view, row) - fresh - 1) * ROW });
              }
            }}
          />
        </div>
      </div>
    </div>
  );
}

/** The chosen columns as the style sheet reads them. */
function asProperties(columns: FeedColumns): CSSProperties | undefined {
  if (Object.keys(columns).length === 0) return undefined;
  const { wide, narrow } = tracks(columns);
  return { "--dr-feed-wide": wide, "--dr-feed-narrow": narrow } as CSSProperties;
}

/** No rows: says which filter hides them, or what the host has to say. */
function FeedEmpty({ children }: { readonly children: ReactNode }) {
  const actions = useActions();
  const filter = useSession((state) => state.filter);
  const held = useEngine("rows", (state) => state.accumulation.events.end - state.accumulation.events.start);
  if (filter && held > 0)
    return (
      <p className="feed-empty">
        None of the {held} events held here passes the filter.{" "}
        <button type="button" className="link" onClick={() => { actions.filter(""); }}>
          Remove the filter
        </button>
      </p>
    );
  return children;
}
