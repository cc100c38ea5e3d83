/** One trace: its identifiers and joins, and its steps on a time axis or by node. */
import { rowOfMessage } from "@dagnet-realtime/engine/select/feed";
import { traceJoins } from "@dagnet-realtime/engine/select/traces";
import type { JoinRow } from "@dagnet-realtime/engine/traces/select/traceList";
import { groupedByNode, type Timeline, type TimelineStep } from "@dagnet-realtime/engine/traces/select/paths";
import { ClipboardCheck, Clock, Crosshair, Link2, Pin, Unlink2, X } from "lucide-react";
import { type CSSProperties, useState } from "react";
import { followedAs } from "@dagnet-realtime/client/follows";
import { clock, moment, plural, span, timeOrDay, value } from "../format.ts";
import { useActions, useEngine, useHost, useSession, useSessionContext } from "../hooks.ts";
import { Button, Copy } from "../kit/controls.tsx";
import { RovingList, StillList } from "../kit/RovingList.tsx";
import { useStillOrder } from "../kit/stillOrder.ts";
import { AlsoFollowed } from "./Followers.tsx";
import { TraceIdentity } from "./TraceIdentity.tsx";
import { useTraceName } from "./TraceName.tsx";
import { doubtsOf, joinText, kindOf, labelOf, moveText, saysWho } from "./text.ts";
import "../styles/timeline.css";

/** `timeline` is null while nothing has been seen of the trace. */
export function TraceView({ token: asked, timeline }: { readonly token: string; readonly timeline: Timeline | null }) {
  const actions = useActions();
  const token = timeline?.token ?? asked;
  const name = useTraceName(token);
  const link = useHost((host) => host.linkTo?.(token) ?? null);
  const { host = {} } = useSessionContext();
  const pins = useSession((state) => state.pinned);
  const held = useEngine("rows", (state) => followedAs(state, token));
  const hue = useEngine("rows", (state) => (held === null ? null : (state.accumulation.traces?.followed.get(held) ?? null)));
  const pinned = held !== null && pins.includes(held);
  return (
    <section className={`side-part trace-view ${hue === null ? "" : `trace-view-${hue}`}`} aria-label={`Trace ${name}`}>
      <header className="side-head">
        <h2 className="trace-name" title={timeline?.tokens.map((one) => `${one.kind} ${one.token}`).join("\n")}>
          <bdi>{name}</bdi>
        </h2>
        {link !== null && <Copy text={link} label="Copy a link to this trace" />}
        {host.saveExpectation !== undefined && timeline !== null && (
          <Button
            voice="quiet"
            className="button-small"
            icon={<ClipboardCheck size={14} />}
            aria-label="Save as expectation"
            title="Save as expectation: a file for `dagnet-realtime expect` that this trace meets"
            onClick={() => {
              host.saveExpectation?.(token);
            }}
          />
        )}
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
              actions.follow.pin(held);
            }}
          />
        )}
        <Button
          voice={held !== null ? "trace" : "plain"}
          icon={<Crosshair size={15} />}
          aria-pressed={held !== null}
          aria-keyshortcuts="F"
          onClick={() => {
            actions.follow.toggle(token);
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
            actions.showTrace("");
          }}
        />
      </header>
      <TraceIdentity key={token} token={token}>{timeline !== null && host.exportTrace?.(token)}</TraceIdentity>
      <AlsoFollowed token={token} />
      {timeline && timeline.steps.length > 0 ? <TraceBody timeline={timeline} /> : <NoSteps dropped={timeline?.dropped ?? 0} />}
    </section>
  );
}

function NoSteps({ dropped }: { readonly dropped: number }) {
  const since = useEngine("numbers", (state) => state.accumulation.since);
  return <p className="quiet">{dropped > 0 ? "Its steps have been let go to make room; what it counted for stays." : `Nothing has been seen of this trace yet. No event since ${clock(since)} belongs to it, and what it did before then is not here. It shows as soon as something comes.`}</p>;
}

function TraceBody({ timeline }: { readonly timeline: Timeline }) {
  const [grouped, setGrouped] = useState(false);
  const { token, tokens, steps, dropped, partial, ended } = timeline;
  const joins = useEngine("numbers", (state) => traceJoins(state, 50, token));
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
          <span className="chip chip-warn" title="Some of its events were counted but not shown, or happened before the log begins">
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

/** Steps drawn at first; a trace may hold two hundred. */
const FIRST_STEPS = 40;

/** `joined` are the messages that joined this trace with another. */
export function TraceSteps({ steps, joined }: { readonly steps: readonly TimelineStep[]; readonly joined: ReadonlySet<string> }) {
  const [all, setAll] = useState(false);
  const from = all ? 0 : Math.max(0, steps.length - FIRST_STEPS);
  const { shown: some, still } = useStillOrder(steps.slice(from), ({ id }) => id);
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
      <RovingList ordered className="steps-list" aria-label="Its events, in the order in which they occurred" onPointerDown={still.onPointerDown}>
        {some.map((step, index) => (
          <Step key={step.id} step={step} joined={joined.has(step.id)} last={index === some.length - 1} left={bars.marks[index]?.left ?? 0} right={bars.marks[index]?.right ?? 0} gap={index === 0 ? 0 : (step.gapMs ?? 0)} />
        ))}
      </RovingList>
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
  const graph = useSession((state) => state.graph);
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

/** The steps of a trace, grouped by node. */
export function TraceNodes({ steps }: { readonly steps: readonly TimelineStep[] }) {
  const actions = useActions();
  const graph = useSession((state) => state.graph);
  return (
    <RovingList className="grouped">
      {groupedByNode(steps).map(({ node, visits, steps: some }) => (
        <li key={node ?? "before"}>
          <p className="grouped-head">
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
                {labelOf(graph, node)}
              </button>
            )}
            <span className="quiet">
              {visits > 0 && `${plural(visits, "visit")} · `}
              {plural(some.length, "event")}
              <Unmapped steps={some} />
            </span>
          </p>
          <ol>
            {some.map((step) => (
              <li key={step.id} className="grouped-step">
                <span className="mono quiet">{timeOrDay(step.occurredAt, step.arrivedAt)}</span>
                <span className="mono grouped-name" title={[kindOf(step), ...doubtsOf(step)].join(" · ")}>
                  {step.name}
                </span>
                <span className="mono quiet">{step.gapMs === null ? "" : `+${span(step.gapMs)}`}</span>
              </li>
            ))}
          </ol>
        </li>
      ))}
    </RovingList>
  );
}

function Unmapped({ steps }: { readonly steps: readonly TimelineStep[] }) {
  const n = steps.filter((step) => step.move === "unmapped" && !saysWho(step)).length;
  return n > 0 && <span className="pink"> · {n} unmapped</span>;
}

const JOINS = 12;

/** The joins that a trace was made of, and how to undo one. */
export function TraceJoins({ token }: { readonly token: string }) {
  const joins = useEngine("numbers", (state) => traceJoins(state, JOINS, token));
  if (joins.length === 0) return null;
  return (
    <StillList className="joins" aria-label="Joins" items={joins} keyOf={({ id }) => String(id)}>
      {(join) => <Join join={join} />}
    </StillList>
  );
}

function Join({ join }: { readonly join: JoinRow }) {
  const actions = useActions();
  const Icon = join.undone ? Unlink2 : Link2;
  return (
    <li className="join">
      <Icon size={14} aria-hidden="true" />
      <span className="join-words">
        {joinText(join)}
        <span className="mono quiet join-tokens" title={`${join.a.kind} ${join.a.token}\n${join.b.kind} ${join.b.token}`}>
          {clock(join.at)} · {join.a.kind} + {join.b.kind}
        </span>
      </span>
      <Button
        className="button-small"
        title={join.undone ? "They are one trace again, as if they had been from the first" : "They are two traces again, and stay apart whatever comes; no count is lost or doubled"}
        onClick={() => {
          actions.follow.undoJoin(join.id, join.undone);
        }}
      >
        {join.undone ? "Join again" : "Undo"}
      </Button>
    </li>
  );
}

/** An opened step: its event's properties and identifiers. */
export function StepDetail({ step }: { readonly step: TimelineStep }) {
  const graph = useSession((state) => state.graph);
  const row = useEngine("numbers", (state) => rowOfMessage(state, step.id));
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
      <dd>{moveText(step, graph)}</dd>
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

/** The steps of a trace on one time axis, in per cent of its width. */
export interface Bars {
  /** Milliseconds from the first step to the last. */
  readonly whole: number;
  readonly marks: readonly { readonly left: number; readonly right: number }[];
}

/** `times` in order, milliseconds; all at one moment lie at the left. */
export function barsOf(times: readonly number[]): Bars {
  const first = times[0] ?? 0;
  const whole = Math.max(0, (times.at(-1) ?? first) - first);
  const place = (at: number): number => (whole === 0 ? 0 : Math.min(100, Math.max(0, ((at - first) / whole) * 100)));
  return { whole, marks: times.map((at, index) => ({ left: place(index === 0 ? at : Math.min(at, times[index - 1] ?? at)), right: place(at) })) };
}

/** Where the time that a step took is written: after its bar, before it, or upon it. */
export type Beside = "after" | "before" | "upon";

/** Per cent of the narrowest axis, 130 px: one letter of 11 px, and the air beside a bar. */
const LETTER = 5.2;
const AIR = 7;

/** Beside the bar from `left` to `right` (per cent) if a text of so many letters has room there,
 * the right side first.
 */
export function besideOf(left: number, right: number, letters: number): Beside {
  const wide = letters * LETTER + AIR;
  if (right + wide <= 100) return "after";
  return left >= wide ? "before" : "upon";
}
