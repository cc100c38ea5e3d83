/** The steps of a trace beside a time axis: numbered moves, what came in between, how long each took. */
import type { TimelineStep } from "@dagnet-realtime/engine/traces/select/timeline";
import type { Node } from "@dagnet-realtime/engine/wire.gen";
import { Clock } from "lucide-react";
import type { CSSProperties } from "react";
import { moment, span } from "../format.ts";
import { LIGHTS } from "../read.ts";
import { useShell } from "../use.ts";
import { barsOf } from "./bars.ts";

/** Steps drawn; a trace may hold two hundred. */
const STEPS = 40;

export function TraceSteps({ steps }: { readonly steps: readonly TimelineStep[] }) {
  const nodes = useShell((shell) => shell.graph?.nodes ?? []);
  const from = Math.max(0, steps.length - STEPS);
  const some = steps.slice(from);
  const bars = barsOf(some.map(({ occurredAt }) => occurredAt));
  return (
    <div className="steps">
      <p className="axis mono quiet" aria-hidden="true">
        <span>0 s</span>
        {bars.whole > 0 && <span>{span(bars.whole / 2)}</span>}
        {bars.whole > 0 && <span>{span(bars.whole)}</span>}
      </p>
      {from > 0 && <p className="quiet">{from} earlier</p>}
      <ol className="steps-list">
        {some.map((step, index) => (
          <Step key={step.id} step={step} nodes={nodes} last={index === some.length - 1} left={bars.marks[index]?.left ?? 0} right={bars.marks[index]?.right ?? 0} gap={index === 0 ? 0 : (step.gapMs ?? 0)} />
        ))}
      </ol>
    </div>
  );
}

/** Beside the bar where there is room: after it, before it, else upon it. */
function besideBar(left: number, right: number): CSSProperties {
  if (right <= 55) return { left: `calc(${right}% + 7px)` };
  return left >= 45 ? { right: `calc(${100 - left}% + 6px)` } : { right: `calc(${100 - right}% + 8px)` };
}

interface StepProps {
  readonly step: TimelineStep;
  readonly nodes: readonly Node[];
  readonly last: boolean;
  readonly left: number;
  readonly right: number;
  readonly gap: number;
}

function Step({ step, nodes, last, left, right, gap }: StepProps) {
  const who = step.move === "unmapped" && !LIGHTS.has(step.type);
  const unmapped = step.move === "unmapped" && !who;
  const label = unmapped || who ? step.name : (nodes.find(({ uuid }) => uuid === (step.lit[0] ?? step.node))?.label ?? step.name);
  const notes = [unmapped ? "unmapped" : who ? "says who this is" : step.name, step.move === "jump" ? "jump: no edge leads here" : "", step.inferred ? "way inferred" : "", step.ambiguous ? "order unsure" : ""].filter(Boolean);
  const number = unmapped ? "?" : step.n === null ? "·" : String(step.n);
  return (
    <li className={`step ${unmapped ? "step-unmapped" : ""} ${last ? "step-last" : ""} ${step.inferred ? "step-inferred" : ""}`}>
      <span className="step-number" aria-hidden="true">
        {number}
      </span>
      <span className="step-words">
        <span className="step-label">
          {label}
          {step.late && <Clock size={12} className="row-late" aria-label="late" />}
        </span>
        <span className="mono quiet step-note" title={notes.join(" · ")}>
          {notes.join(" · ")}
        </span>
      </span>
      <span className="step-bar" title={`Occurred ${moment(step.occurredAt)}\nArrived ${moment(step.arrivedAt)} (${span(step.lagMs)} later)`}>
        <i className="bar" style={{ left: `${left}%`, width: `${right - left}%` }} aria-hidden="true" />
        <i className="tick" style={{ left: `${right}%` }} aria-hidden="true" />
        <span className="mono step-gap" style={besideBar(left, right)}>
          {gap === 0 ? "" : "+"}
          {span(gap)}
        </span>
      </span>
    </li>
  );
}
