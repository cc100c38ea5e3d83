/** Which traces are followed, each with its pin and its way out; whether only they move. */
import { tokensOf } from "@dagnet-realtime/engine/select/traces";
import { Pin, X } from "lucide-react";
import { Button } from "./kit/controls.tsx";
import { FollowerMarks } from "./side/FollowerMarks.tsx";
import { TraceName, useTraceName } from "./side/TraceName.tsx";
import { useActions, useEngine, useSession } from "./hooks.ts";

/** Names shown before the rest becomes a number. */
const NAMES = 3;

/** The followed traces, each with its colour, and how to stop. */
export function Following() {
  const actions = useActions();
  const pins = useSession((state) => state.pinned);
  const alone = useSession((state) => state.followedOnly);
  const follows = useEngine("rows", (state) => state.follows);
  const hues = useEngine("rows", (state) => state.accumulation.traces?.followed);
  if (follows.length === 0) return null;
  const shown = follows.length > NAMES ? follows.slice(-NAMES) : follows;
  return (
    <div className="following" role="group" aria-label="Followed traces">
      <span>Following</span>
      {shown.map((token) => (
        <Followed key={token} token={token} hue={hues?.get(token) ?? 0} pinned={pins.includes(token)} />
      ))}
      {follows.length > NAMES && <span className="quiet">+{follows.length - NAMES}</span>}
      <Button
        voice="quiet"
        className="button-small"
        aria-pressed={alone}
        title="Light of others stands still: only followed traces ring and move"
        onClick={() => {
          actions.follow.setFollowedOnly(!alone);
        }}
      >
        Only these move
      </Button>
      <Button
        voice="quiet"
        className="button-small following-stop"
        keys="Esc"
        onClick={() => {
          actions.follow.unfollowAll();
        }}
      >
        Stop
      </Button>
    </div>
  );
}

interface FollowedProps {
  readonly token: string;
  readonly hue: number;
  readonly pinned: boolean;
}

function Followed({ token, hue, pinned }: FollowedProps) {
  const actions = useActions();
  const name = useTraceName(token);
  const tokens = useEngine("rows", (state) => tokensOf(state, token));
  return (
    <span className={`following-one trace-hue-${hue}`}>
      <button
        type="button"
        className="following-token"
        title={`${token}: show its timeline`}
        onClick={() => {
          actions.showTrace(token);
        }}
      >
        <i className="mark mark-followed" aria-hidden="true" />
        <TraceName token={token} />
        <FollowerMarks tokens={tokens} />
      </button>
      <Button
        voice="quiet"
        className="button-tiny pin"
        icon={<Pin size={12} />}
        aria-label={`Keep following ${name}`}
        aria-pressed={pinned}
        title={pinned ? "Stays followed when another trace is opened" : "Followed until another trace is opened; keep it"}
        onClick={() => {
          actions.follow.pin(token);
        }}
      />
      <Button
        voice="quiet"
        className="button-tiny"
        icon={<X size={12} />}
        aria-label={`Stop following ${name}`}
        title="Stop following"
        onClick={() => {
          actions.follow.unfollow(token);
        }}
      />
    </span>
  );
}
