/** The steps of a trace beside a time axis: numbered moves, what came in between, how long each took; each opens in place. */
import type { TimelineStep } from "@dagnet-realtime/engine/traces/select/paths";
import { Clock } from "lucide-react";
import { useState, type CSSProperties } from "react";
import { moment, plural, span } from "../format.ts";
import { useShell } from "../use.ts";
import { barsOf, besideOf, type Beside } from "./bars.ts";
import { StepDetail } from "./StepDetail.tsx";
import { doubtsOf, kindOf, labelOf, saysWho } from "./steps.ts";

/** Steps drawn at first; a trace may hold two hundred. */
const STEPS = 40;

/** `joined` are the messages that joined this trace with another. */
export function TraceSteps({ steps, joined }: { readonly steps: readonly TimelineStep[]; readonly joined: ReadonlySet<string> }) {
  const [all, setAll] = useState(false);
  const from = all ? 0 : Math.max(0, steps.length - STEPS);
  const some = steps.slice(from);
  const bars = barsOf(some.map(({ occurredAt }) => occurredAt));
  return (
    <div className="steps">
      <p className="axis mono quiet" aria-hidden="true">
        <span>0 s</span>
        {bars.whole > 0 && <span>{span(bars.whole / 2)}</span>}
        {bars.whole > 0 && <span>{span(bars.whole)}</span>}
      </p>
      {from > 0 && (
        <button
          type="button"
          className="link"
          onClick={() => {
            setAll(true);
          }}
        >
          Show {plural(from, "earlier event")}
        </button>
      )}
      <ol className="steps-list" aria-label="Its events, in the order in which they occurred">
        {some.map((step, index) => (
          <Step key={step.id} step={step} joined={joined.has(step.id)} last={index === some.length - 1} left={bars.marks[index]?.left ?? 0} right={bars.marks[index]?.right ?? 0} gap={index === 0 ? 0 : (step.gapMs ?? 0)} />
        ))}
      </ol>
    </div>
  );
}

/** What `besideOf` says, as a style. */
const BESIDE: Readonly<Record<Beside, (left: number, right: number) => CSSProperties>> = {
  after: (_, right) => ({ left: `calc(${right}% + 7px)` }),
  before: (left) => ({ right: `calc(${100 - left}% + 6px)` }),
  upon: (_, right) => ({ right: `calc(${100 - right}% + 8px)` }),
};

interface StepProps {
  readonly step: TimelineStep;
  readonly joined: boolean;
  readonly last: boolean;
  readonly left: number;
  readonly right: number;
  readonly gap: number;
}

function Step({ step, joined, last, left, right, gap }: StepProps) {
  const graph = useShell((shell) => shell.graph);
  const [open, setOpen] = useState(false);
  const who = saysWho(step);
  const unmapped = step.move === "unmapped" && !who;
  const label = unmapped || who ? step.name : labelOf(graph, step.node);
  const doubts = [joined ? "joined" : "", ...doubtsOf(step)].filter(Boolean).join(" · ");
  const took = `${gap === 0 ? "" : "+"}${span(gap)}`;
  const beside = besideOf(left, right, took.length);
  const number = unmapped ? "?" : step.n === null ? "·" : String(step.n);
  return (
    <li className={`step ${unmapped ? "step-unmapped" : who ? "step-who" : ""} ${last ? "step-last" : ""} ${step.inferred ? "step-inferred" : ""} ${step.move === "jump" ? "step-jump" : ""}`}>
      <button
        type="button"
        className="step-open"
        aria-expanded={open}
        onClick={() => {
          setOpen(!open);
        }}
      >
        <span className="step-number" aria-hidden="true">
          {number}
        </span>
        <span className="step-words">
          <span className="step-label">
            {label}
            {step.late && <Clock size={12} className="row-late" aria-label="late" />}
          </span>
          <span className="mono quiet step-note" title={kindOf(step)}>
            {kindOf(step)}
          </span>
        </span>
        <span className="step-bar" title={`Occurred ${moment(step.occurredAt)}\nArrived ${moment(step.arrivedAt)} (${span(step.lagMs)} later)`}>
          <i className="bar" style={{ left: `${left}%`, width: `${right - left}%` }} aria-hidden="true" />
          <i className="tick" style={{ left: `${right}%` }} aria-hidden="true" />
          <span className={`mono step-gap step-gap-${beside}`} style={BESIDE[beside](left, right)}>
            {took}
          </span>
        </span>
        {doubts !== "" && <span className="step-doubts">{doubts}</span>}
      </button>
      {open && <StepDetail step={step} />}
    </li>
  );
}
