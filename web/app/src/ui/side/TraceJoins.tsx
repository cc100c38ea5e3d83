/** Which identifiers were found to be one trace, by what, and the way to undo it. */
import { traceJoins } from "@dagnet-realtime/engine/select/traces";
import type { JoinRow } from "@dagnet-realtime/engine/traces/select/traceList";
import { Link2, Unlink2 } from "lucide-react";
import { clock } from "../format.ts";
import { Button } from "../kit/Button.tsx";
import { useActions, useEngine } from "../use.ts";
import { joinWords } from "./joins.ts";

const JOINS = 12;

export function TraceJoins({ token }: { readonly token: string }) {
  const joins = useEngine("second", (state) => traceJoins(state, JOINS, token));
  if (joins.length === 0) return null;
  return (
    <ul className="joins" aria-label="Joins">
      {joins.map((join) => (
        <Join key={join.id} join={join} />
      ))}
    </ul>
  );
}

function Join({ join }: { readonly join: JoinRow }) {
  const actions = useActions();
  const Icon = join.undone ? Unlink2 : Link2;
  return (
    <li className="join">
      <Icon size={14} aria-hidden="true" />
      <span className="join-words">
        {joinWords(join)}
        <span className="mono quiet join-tokens" title={`${join.a.kind} ${join.a.token}\n${join.b.kind} ${join.b.token}`}>
          {clock(join.at)} · {join.a.kind} + {join.b.kind}
        </span>
      </span>
      <Button
        className="button-small"
        title={join.undone ? "They are one trace again, as if they had been from the first" : "They are two traces again, and stay apart whatever comes; no count is lost or doubled"}
        onClick={() => {
          actions.tracing.undoJoin(join.id, join.undone);
        }}
      >
        {join.undone ? "Join again" : "Undo"}
      </Button>
    </li>
  );
}
