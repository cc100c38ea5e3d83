/** Follows a person by an identifier; the server derives the token, and the value is not kept. */
import { posture } from "@dagnet-realtime/engine/select/totals";
import { traceByToken, traceCounts } from "@dagnet-realtime/engine/select/traces";
import type { TraceRow } from "@dagnet-realtime/engine/traces/select/traceList";
import type { Guarantees } from "@dagnet-realtime/engine/wire.gen";
import { UserSearch } from "lucide-react";
import { type SyntheticEvent, useRef, useState } from "react";
import { ago, clock } from "../format.ts";
import { useActions, useEngine, useHost, useSession, useSessionContext } from "../hooks.ts";
import { Button } from "../kit/controls.tsx";
import { TraceName } from "./TraceName.tsx";
import "../styles/find.css";

/** Follows a person by an identifier, which the server turns into a token. */
export function FindPerson() {
  const actions = useActions();
  const { store } = useSessionContext();
  const can = useHost((host) => host.canFind?.() ?? false);
  const on = useSession((state) => state.phase === "on");
  const kinds = kindsOf(useEngine("numbers", (state) => state.posture));
  const [asked, setAsked] = useState("");
  const kind = kinds.includes(asked) ? asked : (kinds[0] ?? "");
  const [value, setValue] = useState("");
  const [found, setFound] = useState("");
  /** What was typed last: in no state and on no screen, unless the person asks for it. */
  const typed = useRef("");
  const [busy, setBusy] = useState(false);
  if (!can || !on || kind === "") return null;
  const find = (event: SyntheticEvent): void => {
    event.preventDefault();
    const wanted = value.trim();
    setValue("");
    if (wanted === "") return;
    typed.current = wanted;
    setBusy(true);
    setFound("");
    void actions.follow
      .findPerson(kind, wanted)
      .then((is) => {
        if (is) setFound(store.getState().trace);
      })
      .finally(() => {
        setBusy(false);
      });
  };
  return (
    <details className="find">
      <summary>
        <UserSearch size={14} aria-hidden="true" />
        Find a person
      </summary>
      <form autoComplete="off" onSubmit={find}>
        <select
          className="field"
          value={kind}
          aria-label="Kind of identifier"
          onChange={(event) => {
            setAsked(event.target.value);
          }}
        >
          {kinds.map((one) => (
            <option key={one}>{one}</option>
          ))}
        </select>
        <input
          className="field"
          value={value}
          maxLength={256}
          spellCheck={false}
          autoComplete="off"
          placeholder="as it was sent"
          aria-label="Identifier"
          onChange={(event) => {
            setValue(event.target.value);
          }}
        />
        <Button type="submit" className="button-small" disabled={busy || value.trim() === ""}>
          Follow
        </Button>
      </form>
      <div role="status">{found !== "" && <Found token={found} kind={kind} onName={actions.labelInTab && ((token) => { actions.labelInTab?.(token, typed.current); })} />}</div>
      <p className="quiet">The server makes a token of it and forgets it. Looking a person up is noted in the audit log.</p>
    </details>
  );
}

/** Whether anything is known of the person who was looked up. */
function Found({ token, kind, onName }: { readonly token: string; readonly kind: string; readonly onName: ((token: string) => void) | undefined }) {
  const row = useEngine("numbers", (state) => traceByToken(state, token));
  const since = useEngine("numbers", (state) => state.accumulation.since);
  const whole = useEngine("numbers", (state) => traceCounts(state).exact && !posture(state).thinned && !posture(state).sampled);
  const now = useEngine("numbers", (_, at) => at);
  return (
    <p className="find-says">
      {row !== null && row.events > 0 && <TraceName token={row.token} />} {foundText(kind, row, { since, now, whole })}{" "}
      {onName && <button type="button" className="link" title="Until this tab is reloaded; it is stored nowhere" onClick={() => { onName(row?.token ?? token); }}>Show what I typed as its name, in this tab</button>}
    </p>
  );
}

/** What is said of a person who was looked up; `whole` if every event since `since` was shown. */
export function foundText(kind: string, row: Pick<TraceRow, "events" | "seenAt"> | null, { since, now, whole }: { readonly since: number; readonly now: number; readonly whole: boolean }): string {
  if (row !== null && row.events > 0) return now - row.seenAt < QUIET_MS ? "is followed." : `is followed, and quiet: the last event was ${ago(row.seenAt, now)} ago.`;
  const unknown = whole ? `No such identifier since ${clock(since)}: no event had this ${kind}.` : `No such identifier among the events shown since ${clock(since)}; not every event was shown.`;
  return `${unknown} Check the kind and the spelling (upper and lower case differ). It is followed from now on.`;
}

/** A person without an event for so long is quiet. */
const QUIET_MS = 10_000;

const PERSON = ["userId", "anonymousId"];

/** The kinds of identifiers that a person can be found by, those of people first. */
export function kindsOf(posture: Guarantees | null): readonly string[] {
  const kinds = posture?.trace ?? PERSON;
  return [...PERSON.filter((kind) => kinds.includes(kind)), ...kinds.filter((kind) => !PERSON.includes(kind))];
}
