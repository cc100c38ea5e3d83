/** The events, newest first: a pooled list that stands still while somebody scrolls or reads. */
import { ChevronDown, ChevronUp } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { FEED } from "../../store/remember.ts";
import { count } from "../format.ts";
import { Button } from "../kit/Button.tsx";
import { Grip } from "../kit/Grip.tsx";
import { useActions, useEngine, useShell } from "../use.ts";
import { FeedEmpty } from "./FeedEmpty.tsx";
import { Rows } from "./Rows.tsx";
import { newer, placeOf, shown } from "./window.ts";

export function Feed() {
  const actions = useActions();
  const open = useShell((shell) => shell.kept.feedOpen);
  const height = useShell((shell) => shell.kept.feedHeight);
  return (
    <section className="feed" aria-label="Events" style={{ height: open ? height : 37 }}>
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
      {open && <List height={height - 37} />}
    </section>
  );
}

function Head({ open }: { readonly open: boolean }) {
  const actions = useActions();
  const filter = useShell((shell) => shell.filter);
  const { rows, from } = useEngine("fifth", (state) => state.kept.view);
  const most = useEngine("second", (state) => state.options.ring);
  const held = rows.length - from;
  return (
    <header className="feed-head">
      <h2>Events</h2>
      <span className="chip mono" title={`The last ${count(most)} events are held in this tab`}>
        {count(held)}
      </span>
      <span className="quiet">newest first{filter ? ` · ${filter}` : ""}</span>
      <span className="top-gap" />
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

function List({ height }: { readonly height: number }) {
  const scroller = useRef<HTMLDivElement>(null);
  const [scroll, setScroll] = useState(0);
  const [opened, setOpened] = useState<number | null>(null);
  const [anchor, setAnchor] = useState<number | null>(null);
  const filter = useShell((shell) => shell.filter);
  const view = useEngine("fifth", (state) => state.kept.view);
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
  useEffect(live, [filter]);

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
              }
            }}
          />
        </div>
      </div>
    </div>
  );
}
