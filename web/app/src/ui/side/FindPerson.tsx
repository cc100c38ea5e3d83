/** Finds somebody by an identifier: the server derives the token, and the value stays nowhere. */
import { UserSearch } from "lucide-react";
import { useState, type SyntheticEvent } from "react";
import { published } from "../../store/places.ts";
import { Button } from "../kit/Button.tsx";
import { useActions, useEngine, useShell } from "../use.ts";
import { kindsOf } from "./kinds.ts";

export function FindPerson() {
  const actions = useActions();
  const can = useShell((shell) => shell.me?.can.includes("follow") ?? false);
  const on = useShell((shell) => shell.phase === "on" && !shell.serverless && !published(shell));
  const kinds = kindsOf(useEngine("second", (state) => state.posture));
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
    void actions.tracing.find(kind, wanted).finally(() => {
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
      <p className="quiet">The server makes a token of it and forgets it. Looking somebody up is noted in the audit log.</p>
    </details>
  );
}
