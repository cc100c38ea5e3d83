/** The tokens of an open trace, and the name that a person gives it. */
import { tokensOf } from "@dagnet-realtime/engine/select/traces";
import { traceName } from "@dagnet-realtime/engine/traceName";
import { Pencil, RotateCcw } from "lucide-react";
import { type ReactNode, type SyntheticEvent, useState } from "react";
import { useActions, useEngine, useHost } from "../hooks.ts";
import { Button, Copy } from "../kit/controls.tsx";
import { labelAmong, LONGEST_LABEL } from "./TraceName.tsx";

/** The tokens of an open trace, a field to give it a name of one's own, and what the host adds. */
export function TraceIdentity({ token, children }: { readonly token: string; readonly children?: ReactNode }) {
  const actions = useActions();
  const tokens = useEngine("rows", (state) => tokensOf(state, token));
  const own = useHost((host) => labelAmong(tokens, host));
  const [text, setText] = useState<string | null>(null);
  const rename = (label: string): void => {
    for (const one of tokens) actions.labelTrace?.(one, one === tokens[0] ? label : "");
    setText(null);
  };
  const submit = (event: SyntheticEvent): void => {
    event.preventDefault();
    rename(text ?? "");
  };
  return (
    <div className="trace-identity">
      <details>
        <summary className="quiet">Token</summary>
        <ul>
          {tokens.map((one) => (
            <li key={one} className="mono">
              {one} <Copy text={one} label={`Copy ${one}`} />
            </li>
          ))}
        </ul>
      </details>
      {actions.labelTrace && text === null && (
        <Button voice="quiet" className="button-small" icon={<Pencil size={13} />} title="Kept in this browser only" onClick={() => { setText(own); }}>
          Rename
        </Button>
      )}
      {actions.labelTrace && text === null && own !== "" && (
        <Button voice="quiet" className="button-small" icon={<RotateCcw size={13} />} title={`Called ${traceName(tokens[0] ?? token)} again`} onClick={() => { rename(""); }}>
          Remove name
        </Button>
      )}
      {text === null && children}
      {text !== null && (
        <form autoComplete="off" onSubmit={submit}>
          <input
            className="field"
            autoFocus
            value={text}
            maxLength={LONGEST_LABEL}
            placeholder="kept in this browser only"
            aria-label="Name of this trace"
            onChange={(event) => { setText(event.target.value); }}
            onKeyDown={(event) => {
              event.stopPropagation();
              if (event.key === "Escape") setText(null);
            }}
          />
          <Button type="submit" className="button-small">Save</Button>
        </form>
      )}
    </div>
  );
}
