/** One trace: who, how it ended, its joins, its steps on a time axis, and by node on demand. */
import { traceJoins } from "@dagnet-realtime/engine/select/traces";
import type { Timeline } from "@dagnet-realtime/engine/traces/select/paths";
import { Crosshair, Pin, X } from "lucide-react";
import { useState } from "react";
import { written } from "../../store/places.ts";
import { followedAs } from "../../store/tracing.ts";
import { plural, span } from "../format.ts";
import { Button } from "../kit/Button.tsx";
import { Copy } from "../kit/Copy.tsx";
import { useActions, useEngine, useShell } from "../use.ts";
import { linkTo } from "./link.ts";
import { TraceJoins } from "./TraceJoins.tsx";
import { TraceNodes } from "./TraceNodes.tsx";
import { TraceSteps } from "./TraceSteps.tsx";

/** `timeline` is null while nothing has been seen of the trace. */
export function TraceView({ token: asked, timeline }: { readonly token: string; readonly timeline: Timeline | null }) {
  const actions = useActions();
  const token = timeline?.token ?? asked;
  const place = useShell((shell) => shell.place);
  const pins = useShell((shell) => shell.pins);
  const held = useEngine("fifth", (state) => followedAs(state, token));
  const hue = useEngine("fifth", (state) => (held === null ? null : (state.accumulation.traces?.followed.get(held) ?? null)));
  const pinned = held !== null && pins.includes(held);
  const address = window.location.origin + window.location.pathname;
  return (
    <section className={`side-part trace-view ${hue === null ? "" : `trace-view-${hue}`}`} aria-label={`Trace ${token}`}>
      <header className="side-head">
        <h2 className="mono trace-name" title={timeline?.tokens.map((one) => `${one.kind} ${one.token}`).join("\n")}>
          {token}
        </h2>
        {place && <Copy text={linkTo(address, written(place), token)} label="Copy a link to this trace" />}
        <span className="top-gap" />
        {held !== null && (
          <Button
            voice="quiet"
            className="button-small pin"
            icon={<Pin size={14} />}
            aria-label="Keep following"
            aria-pressed={pinned}
            title={pinned ? "Stays followed when another trace is opened" : "Followed until another trace is opened; keep it"}
            onClick={() => {
              actions.tracing.pin(held);
            }}
          />
        )}
        <Button
          voice={held !== null ? "trace" : "plain"}
          icon={<Crosshair size={15} />}
          aria-pressed={held !== null}
          aria-keyshortcuts="F"
          onClick={() => {
            actions.tracing.toggle(token);
          }}
        >
          {held !== null ? "Following" : "Follow"}
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
      {timeline && timeline.steps.length > 0 ? <Told timeline={timeline} /> : <Silent dropped={timeline?.dropped ?? 0} />}
    </section>
  );
}

function Silent({ dropped }: { readonly dropped: number }) {
  return <p className="quiet">{dropped > 0 ? "Its steps have been let go to make room; what it counted for stays." : "Nothing has been seen of this trace since On. It shows here as soon as something comes."}</p>;
}

function Told({ timeline }: { readonly timeline: Timeline }) {
  const [grouped, setGrouped] = useState(false);
  const { token, tokens, steps, dropped, partial, ended } = timeline;
  const joins = useEngine("second", (state) => traceJoins(state, 50, token));
  const first = steps[0]?.occurredAt ?? 0;
  const whole = (steps.at(-1)?.occurredAt ?? first) - first;
  const bridged = steps.filter((step) => step.inferred).length;
  return (
    <>
      <p className="chips">
        {ended !== null && (
          <span className="chip">
            <strong>{ended === "success" ? "Converted" : `Ended: ${ended}`}</strong> in {span(whole)}
          </span>
        )}
        <span className="chip">{plural(steps.length + dropped, "event")}</span>
        <span className="chip" title="Which identifiers this is known by">
          {[...new Set(tokens.map((one) => one.kind))].join(" + ")}
        </span>
        {bridged > 0 && (
          <span className="chip" title="Nodes without an event lie on its way; that it passed them is inferred">
            {plural(bridged, "step")} inferred
          </span>
        )}
        {partial && (
          <span className="chip chip-warn" title="Some of its events were counted but not carried, or happened before the log begins">
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
          By node
        </button>
      </p>
      <TraceJoins token={token} />
      {grouped ? <TraceNodes steps={steps} /> : <TraceSteps steps={steps} joined={new Set(joins.filter((join) => !join.undone).map((join) => join.event))} />}
    </>
  );
}
