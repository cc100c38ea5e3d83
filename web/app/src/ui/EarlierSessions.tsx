/** The sessions that this browser keeps: each opens as a recording, and goes with one click. */
import { History, Trash2 } from "lucide-react";
import { useEffect, useState } from "react";
import { clock, count } from "@dagnet-realtime/react/format";
import { Button } from "@dagnet-realtime/react/kit/controls.tsx";
import { Sheet } from "@dagnet-realtime/react/kit/Sheet.tsx";
import { useApp } from "../hooks.ts";
import type { EarlierSession, KeptSessions } from "../store/earlierSessions.ts";
import { toast, toNotice } from "../store/notices.ts";
import { openLog } from "../store/replayController.ts";
import "../styles/sessions.css";

export function EarlierSessions({ onClose }: { readonly onClose: () => void }) {
  const { actions, context, session, store } = useApp();
  const [keeper, setKeeper] = useState<KeptSessions | null>(null);
  const [shown, show] = useState<readonly EarlierSession[] | null>(null);
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
  const remove = async (which: (one: EarlierSession) => boolean): Promise<void> => {
    await keeper?.sessions.remove((one) => (shown ?? []).some(({ id }) => id === one.id) && which(one));
    show((await keeper?.list()) ?? []);
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
  return (
    <Sheet title="Earlier sessions" onClose={onClose}>
      <p className="quiet">The last five sessions that you watched, for seven days, in this browser alone. They hold what was shown, without personal data, and go when you sign out, lose a role, or a person of their workspace is deleted.</p>
      {shown?.length === 0 && <p role="status">No earlier session is kept. One is when you turn Realtime off, open a log or close the tab.</p>}
      <ul className="sessions">
        {shown?.map((one) => (
          <li key={one.id}>
            <button type="button" className="session-open" onClick={() => void open(one)}>
              <History size={14} aria-hidden="true" />
              <span>
                <strong>{one.title}</strong> <span className="quiet">{one.workspace} · {one.env}</span>
                <br />
                <span className="quiet">
                  {dayOf(one.since)}, {clock(one.since)} to {clock(one.until)} · {count(one.events)} events
                </span>
              </span>
            </button>
            <Button voice="quiet" icon={<Trash2 size={14} />} aria-label={`Delete the session of ${dayOf(one.since)}, ${clock(one.since)}`} onClick={() => void remove(({ id }) => id === one.id)} />
          </li>
        ))}
      </ul>
      {shown !== null && shown.length > 1 && (
        <Button icon={<Trash2 size={14} />} onClick={() => void remove(() => true)}>
          Delete all
        </Button>
      )}
    </Sheet>
  );
}

function dayOf(at: number): string {
  return new Date(at).toLocaleDateString("en-GB", { day: "numeric", month: "short" });
}
