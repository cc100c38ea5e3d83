/** What a trace is called: the name a person gave it in this browser, else two words of its token. */
import { tokensOf } from "@dagnet-realtime/engine/select/traces";
import { traceName } from "@dagnet-realtime/engine/traceName";
import { Pencil, RotateCcw } from "lucide-react";
import { type SyntheticEvent, useState } from "react";
import { type HostAbilities, useActions, useEngine, useHost } from "../hooks.ts";
import { Button, Copy } from "../kit/controls.tsx";

/** The longest name that a person may give, in characters. */
export const LONGEST_LABEL = 40;

/** The name of the trace that a token belongs to. */
export function useTraceName(token: string): string {
  const tokens = useEngine("rows", (state) => tokensOf(state, token));
  return useHost((host) => labelAmong(tokens, host)) || traceName(tokens[0] ?? token);
}

/** The label of the first token that has one, "" if none has. */
export function labelAmong(tokens: readonly string[], host: HostAbilities): string {
  for (const token of tokens) {
    const found = host.traceLabel?.(token) ?? "";
    if (found !== "") return found;
  }
  return "";
}

/** The name, isolated from the text around it; its token shows on hover. */
export function TraceName({ token }: { readonly token: string }) {
  return <bdi title={token}>{useTraceName(token)}</bdi>;
}

/** The tokens of an open trace, and a field to give it a name of one's own. */
export function TraceIdentity({ token }: { readonly token: string }) {
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
