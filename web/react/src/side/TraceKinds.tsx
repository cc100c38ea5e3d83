/** Chips that narrow the list of traces to one kind. */
import type { TraceKind } from "@dagnet-realtime/engine/traces/select/traceList";

const KINDS: readonly (readonly [TraceKind, string])[] = [["all", "All"], ["converted", "Converted"], ["lost", "Lost"], ["unmapped", "Unmapped"], ["unexpected", "Unexpected steps"]];

/** One of them is chosen; a second press on it shows all again. */
export function TraceKinds({ only, onOnly }: { readonly only: TraceKind; readonly onOnly: (kind: TraceKind) => void }) {
  return (
    <div className="chips" role="group" aria-label="Which traces">
      {KINDS.map(([kind, words]) => (
        <button key={kind} type="button" className="chip" aria-pressed={only === kind} onClick={() => { onOnly(only === kind ? "all" : kind); }}>
          {words}
        </button>
      ))}
    </div>
  );
}
