/** One trace: who, how it ended, its steps on a time axis, and by node on demand. */
import { groupedByNode, type Timeline, type TimelineStep } from "@dagnet-realtime/engine/traces/select/timeline";
import { Crosshair, X } from "lucide-react";
import { useState } from "react";
import { plural, span } from "../format.ts";
import { Button } from "../kit/Button.tsx";
import { Copy } from "../kit/Copy.tsx";
import { useActions, useEngine, useShell } from "../use.ts";
import { TraceSteps } from "./TraceSteps.tsx";

export function TraceView({ timeline }: { readonly timeline: Timeline }) {
  const actions = useActions();
  const [grouped, setGrouped] = useState(false);
  const { token, tokens, steps, dropped, partial, ended } = timeline;
  const following = useEngine("fifth", (state) => tokens.some((one) => state.follows.includes(one.token)));
  const first = steps[0]?.occurredAt ?? 0;
  const whole = (steps.at(-1)?.occurredAt ?? first) - first;
  return (
    <section className="side-part" aria-label={`Trace ${token}`}>
      <header className="side-head">
        <h2 className="mono trace-name" title={tokens.map((one) => `${one.kind} ${one.token}`).join("\n")}>
          {token}
        </h2>
        <Copy text={token} label="Copy the token" />
        <span className="top-gap" />
        <Button
          voice={following ? "trace" : "plain"}
          icon={<Crosshair size={15} />}
          aria-pressed={following}
          aria-keyshortcuts="F"
          onClick={() => {
            actions.follow(token);
          }}
        >
          {following ? "Following" : "Follow"}
        </Button>
        <Button
          voice="quiet"
          className="button-small"
          icon={<X size={14} />}
          aria-label="Close this trace"
          onClick={() => {
            actions.look("");
          }}
        />
      </header>
      <p className="chips">
        {ended !== null && (
          <span className="chip">
            <strong>{ended === "success" ? "Converted" : `Ended: ${ended}`}</strong> in {span(whole)}
          </span>
        )}
        <span className="chip">{plural(steps.length + dropped, "event")}</span>
        <span className="chip" title="Which identifier this is">
          {tokens.map((one) => one.kind).join(" + ")}
        </span>
        {partial && (
          <span className="chip chip-warn" title="Some of its events were counted but not carried, or happened before it was followed">
            partial
          </span>
        )}
        {dropped > 0 && (
          <span className="chip chip-warn" title="The oldest events of a long trace are not kept">
            {plural(dropped, "event")} not kept
          </span>
        )}
        <button
          type="button"
          className="chip"
          aria-pressed={grouped}
          onClick={() => {
            setGrouped(!grouped);
          }}
        >
          {grouped ? "By time" : "By node"}
        </button>
      </p>
      {grouped ? <Grouped steps={steps} /> : <TraceSteps steps={steps} />}
    </section>
  );
}

function Grouped({ steps }: { readonly steps: readonly TimelineStep[] }) {
  const actions = useActions();
  const nodes = useShell((shell) => shell.graph?.nodes ?? []);
  return (
    <ul className="grouped">
      {groupedByNode(steps).map(({ node, visits, unmapped, steps: some }) => (
        <li key={node ?? "before"}>
          {node === null ? (
            <span className="quiet">Before its first node</span>
          ) : (
            <button
              type="button"
              className="link"
              onClick={() => {
                actions.select(node);
              }}
            >
              {nodes.find(({ uuid }) => uuid === node)?.label ?? node}
            </button>
          )}
          <span className="quiet">
            {plural(visits, "visit")} · {plural(some.length, "event")}
            {unmapped > 0 && <span className="pink"> · {unmapped} unmapped</span>}
          </span>
        </li>
      ))}
    </ul>
  );
}
