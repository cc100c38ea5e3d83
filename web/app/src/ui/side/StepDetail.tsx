/** One event of a trace, opened: both times, how it moved the trace and how sure that is, who it was, its allowed properties. */
import { rowOfMessage } from "@dagnet-realtime/engine/select/feed";
import type { TimelineStep } from "@dagnet-realtime/engine/traces/select/paths";
import { moment, span, value } from "../format.ts";
import { useEngine, useShell } from "../use.ts";
import { moveWords } from "./steps.ts";

export function StepDetail({ step }: { readonly step: TimelineStep }) {
  const graph = useShell((shell) => shell.graph);
  const row = useEngine("second", (state) => rowOfMessage(state, step.id));
  const properties = Object.entries(row?.properties ?? {});
  return (
    <dl className="step-detail">
      <dt>occurred</dt>
      <dd className="mono">{moment(step.occurredAt)}</dd>
      <dt>arrived</dt>
      <dd className="mono">
        {moment(step.arrivedAt)} <span className="quiet">({span(step.lagMs)} later)</span>
      </dd>
      <dt>moved</dt>
      <dd>{moveWords(step, graph)}</dd>
      <dt>{step.token.kind}</dt>
      <dd className="mono">{step.token.token}</dd>
      {Object.entries(row?.revealed ?? {}).map(([kind, of]) => (
        <div key={kind} className="step-pair">
          <dt>{kind}, as sent</dt>
          <dd className="mono">{of}</dd>
        </div>
      ))}
      {properties.map(([name, of]) => (
        <div key={name} className="step-pair">
          <dt className="mono">{name}</dt>
          <dd className="mono">{value(of)}</dd>
        </div>
      ))}
      {row === null && <dd className="quiet step-whole">Its properties have left the feed.</dd>}
      {row !== null && properties.length === 0 && <dd className="quiet step-whole">No allowed properties.</dd>}
    </dl>
  );
}
