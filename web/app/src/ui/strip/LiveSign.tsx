/** The LIVE sign: the true state of the road in one word, and the whole truth on demand. */
import { ago, clock, moment } from "../format.ts";
import { Pop } from "../kit/Pop.tsx";
import { useEngine, useRealtime, useShell } from "../use.ts";
import { carried, signOf } from "./sign.ts";

export function LiveSign() {
  const { watch } = useRealtime();
  const phase = useShell((shell) => shell.phase);
  const lane = useShell((shell) => shell.lane);
  const paused = useShell((shell) => shell.paused);
  const catching = useShell((shell) => shell.catching);
  const now = useEngine("second", () => Date.now());
  const sign = signOf(phase, lane, paused, catching);
  const heard = watch.lane().lastFrameAt;
  return (
    <Pop
      title={sign.title}
      trigger={
        <button type="button" className={`live live-${sign.tone}`}>
          <i className="live-dot" aria-hidden="true" />
          {sign.word}
          {sign.lane && <span className="live-lane">{sign.lane}</span>}
          <span className="out-of-sight">{sign.title}</span>
        </button>
      }
    >
      <p>{sign.meaning}</p>
      {lane.why && <p>{lane.why}</p>}
      {lane.seat && <p>{carried(lane.seat)}</p>}
      {lane.connection !== "off" && (
        <p>
          So since {clock(lane.since)}. Last heard {heard === null ? "never" : `${ago(heard, now)} ago, at ${moment(heard)}`}.
          {lane.retryAt !== null && lane.retryAt > now && ` Trying again in ${Math.ceil((lane.retryAt - now) / 1000)} s.`}
        </p>
      )}
    </Pop>
  );
}
