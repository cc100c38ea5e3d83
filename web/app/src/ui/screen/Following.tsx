/** Which traces are followed, and the way out. */
import type { FollowedPath } from "@dagnet-realtime/engine/traces/select/followed";
import { Button } from "../kit/Button.tsx";
import { useActions } from "../use.ts";

/** Names shown before the rest becomes a number. */
const NAMES = 3;

export function Following({ paths }: { readonly paths: readonly FollowedPath[] }) {
  const actions = useActions();
  if (paths.length === 0) return null;
  return (
    <div className="following">
      <span>Following</span>
      {paths.slice(0, NAMES).map(({ token, hue }) => (
        <button
          key={token}
          type="button"
          className={`mono following-token trace-hue-${hue}`}
          onClick={() => {
            actions.look(token);
          }}
        >
          <i className="mark mark-followed" aria-hidden="true" />
          {token}
        </button>
      ))}
      {paths.length > NAMES && <span className="quiet">+{paths.length - NAMES}</span>}
      <Button
        voice="quiet"
        className="button-small following-stop"
        keys="Esc"
        onClick={() => {
          actions.unfollowAll();
        }}
      >
        Stop
      </Button>
    </div>
  );
}
