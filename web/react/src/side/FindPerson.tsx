/** Follows a person by an identifier; the server derives the token, and the value is not kept. */
import type { Guarantees } from "@dagnet-realtime/engine/wire.gen";
import { UserSearch } from "lucide-react";
import { type SyntheticEvent, useState } from "react";
import { useActions, useEngine, useHost, useSession } from "../hooks.ts";
import { Button } from "../kit/controls.tsx";

/** Follows a person by an identifier, which the server turns into a token. */
export function FindPerson() {
  const actions = useActions();
  const can = useHost((host) => host.canFind?.() ?? false);
  const on = useSession((state) => state.phase === "on");
  const kinds = kindsOf(useEngine("numbers", (state) => state.posture));
  const [asked, setAsked] = useState("");
  const kind = kinds.includes(asked) ? asked : (kinds[0] ?? "");
  const [value, setValue] = useState("");
  const [busy, setBusy] = useState(false);
  if (!can || !on || kind === "") return null;
  const find = (event: SyntheticEvent): void => {
    event.preventDefault();
    const wanted = value.trim();
    setValue("");
    if (wanted === "") return;
    setBusy(true);
    void actions.follow.findPerson(kind, wanted).finally(() => {
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
      <p className="quiet">The server makes a token of it and forgets it. Looking a person up is noted in the audit log.</p>
    </details>
  );
}

const PERSON = ["userId", "anonymousId"];

/** The kinds of identifiers that a person can be found by, those of people first. */
export function kindsOf(posture: Guarantees | null): readonly string[] {
  const kinds = posture?.trace ?? PERSON;
  return [...PERSON.filter((kind) => kinds.includes(kind)), ...kinds.filter((kind) => !PERSON.includes(kind))];
}
