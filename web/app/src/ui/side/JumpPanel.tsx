/** One jump: how often, by whom, after how long, what is probably wrong and the evidence for it; and a way to ignore it. */
import { posture } from "@dagnet-realtime/engine/select/totals";
import { ghostEdge, wayTraces } from "@dagnet-realtime/engine/select/traces";
import type { Evidence } from "@dagnet-realtime/engine/traces/select/jumps";
import type { Graph } from "@dagnet-realtime/engine/wire.gen";
import { EyeOff, Lightbulb } from "lucide-react";
import { count, plural, span } from "../format.ts";
import { Button } from "../kit/Button.tsx";
import { useActions, useEngine, useShell } from "../use.ts";
import { ignoredOf } from "./ignored.ts";
import { labelOf } from "./steps.ts";
import { WayHead } from "./WayHead.tsx";
import { WayTraces } from "./WayTraces.tsx";

const EXAMPLES = 6;

export function JumpPanel({ graph, from, to }: { readonly graph: Graph; readonly from: string; readonly to: string }) {
  const actions = useActions();
  const key = `${from}>${to}`;
  const place = useShell((shell) => shell.place);
  const ignored = ignoredOf(useShell((shell) => shell.kept.ignored), place).has(key);
  const jump = useEngine("second", (state) => ghostEdge(state, from, to));
  const less = useEngine("second", (state) => posture(state));
  const examples = useEngine("second", (state) => wayTraces(state, { from, to }, EXAMPLES));
  return (
    <div className="side-part">
      <WayHead graph={graph} from={from} to={to} what="Jump" />
      {jump === null ? (
        <p className="quiet">No trace has jumped here since On.</p>
      ) : (
        <>
          <dl className="figures">
            <div>
              <dt>{jump.atLeast ? "seen, at least" : "seen"}</dt>
              <dd>{count(jump.count)}</dd>
            </div>
            <div>
              <dt>traces</dt>
              <dd>
                {jump.exact ? "" : "≤ "}
                {count(jump.traces)}
              </dd>
            </div>
            <div>
              <dt>median gap</dt>
              <dd>{span(jump.medianGapMs)}</dd>
            </div>
            <div>
              <dt>p95 gap</dt>
              <dd>{span(jump.p95GapMs)}</dd>
            </div>
          </dl>
          <Advice graph={graph} evidence={jump.evidence} />
          {(less.thinned || less.sampled) && <p className="quiet">Not every event was carried: some of these only look like jumps, where the event in between was counted and not carried.</p>}
          <Button
            className="button-small"
            icon={<EyeOff size={14} />}
            aria-pressed={ignored}
            title="Not drawn, and not listed; this browser remembers"
            onClick={() => {
              actions.ignore(key, !ignored);
            }}
          >
            {ignored ? "Ignored" : "Ignore this jump"}
          </Button>
        </>
      )}
      <WayTraces tokens={examples} title="Last traces that jumped" />
    </div>
  );
}

function Advice({ graph, evidence }: { readonly graph: Graph; readonly evidence: Evidence }) {
  const actions = useActions();
  const { between, by, of, text } = evidence;
  return (
    <div className="advice">
      <p>
        <Lightbulb size={14} aria-hidden="true" /> {text}
      </p>
      {between !== null && (
        <>
          <p className="advice-evidence">
            <span className="meter" aria-hidden="true">
              <i style={{ width: `${of === 0 ? 0 : (100 * by) / of}%` }} />
            </span>
            <span className="mono">
              {count(by)} of {plural(of, "trace")} by {labelOf(graph, between)}
            </span>
          </p>
          <button
            type="button"
            className="link"
            onClick={() => {
              actions.select(between);
            }}
          >
            Look at {labelOf(graph, between)}
          </button>
        </>
      )}
    </div>
  );
}
