/** The events, newest first: a pooled list that stands still while somebody scrolls or reads. */
import { ChevronDown, ChevronUp } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { FEED } from "../../store/remember.ts";
import { count, plural } from "../format.ts";
import { Button } from "../kit/Button.tsx";
import { Grip } from "../kit/Grip.tsx";
import { useActions, useEngine, useShell } from "../use.ts";
import { FeedEmpty } from "./FeedEmpty.tsx";
import { Rows } from "./Rows.tsx";
import { newer, OPENED, placeOf, ROW, shown } from "./window.ts";

const HEAD = 37;

export function Feed() {
  const actions = useActions();
  const open = useShell((shell) => shell.kept.feedOpen);
  const height = useShell((shell) => shell.kept.feedHeight);
  const filter = useShell((shell) => shell.filter);
  const since = useEngine("second", (state) => state.accumulation.since);
  const [reading, setReading] = useState(false);
  // An opened row asks for room to read it; the remembered height returns when it is closed.
  const tall = reading ? Math.max(height, HEAD + 2 * ROW + OPENED) : height;
  return (
    <section className="feed" aria-label="Events" style={{ height: open ? tall : HEAD }}>
      {open && (
        <Grip
          label="Height of the events"
          axis="y"
          size={height}
          {...FEED}
          onSize={(feedHeight) => {
            actions.keep({ feedHeight });
          }}
        />
      )}
      <Head open={open} />
      {open && <List key={`${since} ${filter}`} height={tall - HEAD} onReading={setReading} />}
    </section>
  );
}

function Head({ open }: { readonly open: boolean }) {
  const actions = useActions();
  const text = useShell((shell) => shell.filter);
  const unread = useEngine("fifth", (state) => state.filterProblem !== null);
  const filter = unread ? "" : text;
  const { rows, from } = useEngine("fifth", (state) => state.accumulation.view);
  const most = useEngine("second", (state) => state.options.events);
  const all = useEngine("fifth", (state) => state.accumulation.events.end - state.accumulation.events.start);
  const held = rows.length - from;
  return (
    <header className="feed-head">
      <h2>Events</h2>
      <span className="chip mono" title={`The last ${count(most)} events are held in this tab`}>
        {count(held)}
      </span>
      <span className="quiet feed-order">newest first{filter ? ` · ${filter}` : ""}</span>
      <span className="top-gap" />
      {filter && (
        <span className="quiet">
          {plural(held, "match", "matches")} among {count(all)} held
        </span>
      )}
      <Button
        voice="quiet"
        className="button-small"
        icon={open ? <ChevronDown size={15} /> : <ChevronUp size={15} />}
        aria-expanded={open}
        aria-label={open ? "Hide the events" : "Show the events"}
        onClick={() => {
          actions.keep({ feedOpen: !open });
        }}
      />
    </header>
  );
}

function List({ height, onReading }: { readonly height: number; readonly onReading: (reading: boolean) => void }) {
  const scroller = useRef<HTMLDivElement>(null);
  const [scroll, setScroll] = useState(0);
  const [opened, setOpened] = useState<number | null>(null);
  const [anchor, setAnchor] = useState<number | null>(null);
  const view = useEngine("fifth", (state) => state.accumulation.view);
  const total = view.rows.length - view.from;
  const newest = view.rows.at(-1) ?? -1;
  const fresh = anchor === null ? 0 : newer(view, anchor);
  const place = opened === null ? -1 : placeOf(view, opened) - fresh;
  const at = shown(total - fresh, scroll, height, place);

  const live = (): void => {
    setAnchor(null);
    setOpened(null);
    setScroll(0);
    scroller.current?.scrollTo({ top: 0 });
  };
  useEffect(() => {
    onReading(opened !== null);
    return () => {
      onReading(false);
    };
  }, [opened, onReading]);

  const hold = (): void => {
    setAnchor((held) => held ?? newest);
  };
  if (total === 0) return <FeedEmpty />;
  return (
    <div className="feed-body">
      {fresh > 0 && (
        <button type="button" className="feed-new" onClick={live}>
          {count(fresh)} new
        </button>
      )}
      <div
        ref={scroller}
        className="feed-scroll"
        role="table"
        aria-label="Events, newest first"
        aria-rowcount={total}
        tabIndex={-1}
        onScroll={(event) => {
          const { scrollTop } = event.currentTarget;
          setScroll(scrollTop);
          if (scrollTop > 0) hold();
          else if (opened === null) setAnchor(null);
        }}
      >
        <div className="feed-tall" role="rowgroup" style={{ height: at.height }}>
          <Rows
            start={at.first + fresh}
            first={at.first}
            count={at.count}
            opened={opened}
            openedPlace={place}
            onOpen={(row) => {
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
