/** The sessions that this browser keeps: each opens as a recording, and goes with one click. */
import { History, Trash2, TriangleAlert } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { clock, plural, span } from "@dagnet-realtime/react/format";
import { Button } from "@dagnet-realtime/react/kit/controls.tsx";
import { Sheet } from "@dagnet-realtime/react/kit/Sheet.tsx";
import { useApp } from "../hooks.ts";
import type { EarlierSession, KeptSessions } from "../store/earlierSessions.ts";
import { toast, toNotice } from "../store/notices.ts";
import { openLog } from "../store/replayController.ts";
import "../styles/sessions.css";

const NOT_KEPT = {
  refused: "The last session is not kept: this browser’s storage is full, or switched off for this page. “Save log” in the menu of graphs still works.",
  large: "The last session is not kept: it is larger than 50 MB. “Save log” in the menu of graphs still works.",
} as const;

export function EarlierSessions({ onClose }: { readonly onClose: () => void }) {
  const { actions, context, session, store } = useApp();
  const [keeper, setKeeper] = useState<KeptSessions | null>(null);
  const [shown, show] = useState<readonly EarlierSession[] | null>(null);
  const [said, say] = useState("");
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    let over = false;
    const read = async (): Promise<void> => {
      // A deletion may have come since the workspaces were read.
      const [kept = null] = await Promise.all([context.earlier?.(), actions.refreshWorkspaces()]);
      const found = (await kept?.list()) ?? [];
      if (over) return;
      setKeeper(kept);
      show(found);
    };
    read().catch(() => { show([]); });
    return () => { over = true; };
  }, [actions, context]);
  const remove = async (gone: readonly EarlierSession[], done: string): Promise<void> => {
    const place = shown?.findIndex(({ id }) => id === gone[0]?.id) ?? 0;
    await keeper?.sessions.remove((one) => gone.some(({ id }) => id === one.id));
    const left = (await keeper?.list()) ?? [];
    // The focus goes to the session that took the place, not out of the sheet.
    const rows = [...(list.current?.querySelectorAll<HTMLElement>(".session-open") ?? [])].filter((row) => left.some(({ id }) => id === row.dataset.session));
    if (rows.length > 0) rows[Math.min(place, rows.length - 1)]?.focus();
    else list.current?.closest("dialog")?.querySelector<HTMLElement>(".sheet-head button")?.focus();
    show(left);
    say(done);
  };
  const open = async (one: EarlierSession): Promise<void> => {
    try {
      const text = await keeper?.sessions.read(one.id);
      if (text === null || text === undefined) throw new Error("This session is not kept any more.");
      onClose();
      await openLog(context, session, text);
      document.getElementById("canvas")?.focus();
    } catch (error) {
      toast(store, toNotice(error, "The session was not opened."));
      show((await keeper?.list()) ?? []);
    }
  };
  const problem = keeper?.sessions.problem ?? "";
  return (
    <Sheet title="Earlier sessions" onClose={onClose}>
      {problem !== "" && (
        <p className="sessions-problem" role="alert">
          <TriangleAlert size={14} aria-hidden="true" /> {NOT_KEPT[problem]}
        </p>
      )}
      {shown?.length === 0 && problem === "" && <p className="sessions-none" role="status">No earlier session is kept yet. One is kept when you turn Realtime off, open a log or close the tab.</p>}
      <ul className="sessions" ref={list}>
        {shown?.map((one) => {
          const when = `${dayOf(one.since, context.environment.now())}, ${clock(one.since)}`;
          return (
            <li key={one.id}>
              <button type="button" className="session-open" data-session={one.id} title="Open it as a recording" onClick={() => void open(one)}>
                <History size={16} aria-hidden="true" />
                <span className="session-words">
                  <strong>{one.title}</strong>
                  <span>
                    {when} to {endOf(one)} <span className="quiet">· {span(one.until - one.since)}</span>
                  </span>
                  <span className="quiet">
                    {plural(one.events, "event")} · {one.workspace} · {one.env} · {size(one.bytes)}
                  </span>
                </span>
              </button>
              <Button voice="quiet" icon={<Trash2 size={15} />} aria-label={`Delete the session of ${when}`} title="Delete it" onClick={() => void remove([one], "The session was deleted.")} />
            </li>
          );
        })}
      </ul>
      <footer className="sessions-foot">
        <p className="quiet">The last five sessions that you watched, for seven days, in this browser alone. They hold what was shown, without personal data, and go when you sign out, lose a role, or a person of their workspace is deleted.</p>
        {shown !== null && shown.length > 1 && (
          <Button icon={<Trash2 size={14} />} onClick={() => void remove(shown, "All sessions were deleted.")}>
            Delete all
          </Button>
        )}
      </footer>
      <p className="out-of-sight" aria-live="polite">{said}</p>
    </Sheet>
  );
}

/** "Today", "Yesterday", "28 Nov". */
function dayOf(at: number, now: number): string {
  const midnight = new Date(now).setHours(0, 0, 0, 0);
  if (at >= midnight && at <= now) return "Today";
  if (at < midnight && at >= new Date(midnight).setDate(new Date(midnight).getDate() - 1)) return "Yesterday";
  return dateOf(at);
}

function dateOf(at: number): string {
  return new Date(at).toLocaleDateString("en-GB", { day: "numeric", month: "short" });
}

/** When a session ended, with the day if it is another than that of its beginning. */
function endOf({ since, until }: EarlierSession): string {
  return dateOf(since) === dateOf(until) ? clock(until) : `${dateOf(until)}, ${clock(until)}`;
}

/** "3 kB", "1.2 MB". */
function size(bytes: number): string {
  return bytes < 1_000_000 ? `${Math.max(1, Math.round(bytes / 1000))} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
