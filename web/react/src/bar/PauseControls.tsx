/** Pause with what waits, the way back to now, and Clear. */
import { Eraser, Pause, Play, SkipForward } from "lucide-react";
import { count } from "../format.ts";
import { useActions, useEngine, useHost, useSession } from "../hooks.ts";
import { Button, useShortcuts } from "../kit/controls.tsx";
import { waiting } from "../selectors.ts";

/** Holds the picture, or what plays; its width does not change with its words. */
export function PauseButton() {
  const actions = useActions();
  const paused = useSession((session) => session.paused);
  const plays = useHost((host) => host.player?.()?.playing ?? null);
  const on = useSession((session) => session.phase === "on");
  const more = useEngine("rows", waiting);
  const held = plays === null ? paused : !plays;
  const words = plays !== null ? (held ? "Play" : "Pause") : paused ? `Resume +${count(more)}` : "Pause";
  return (
    <Button
      icon={held ? <Play size={15} /> : <Pause size={15} />}
      keys="Space"
      disabled={!on && plays === null}
      aria-pressed={held}
      aria-keyshortcuts="Space"
      className="pause"
      onClick={() => {
        actions.pause();
      }}
    >
      {words}
    </Button>
  );
}

/** Beside Resume, which shows what waited: for those who do not want to see it. */
export function JumpButton() {
  const actions = useActions();
  const shortcuts = useShortcuts();
  const offered = useSession((session) => session.paused || session.catchUpSpeed > 0);
  if (!offered) return null;
  return (
    <Button
      icon={<SkipForward size={15} />}
      aria-label="Skip to now"
      aria-keyshortcuts="N"
      title={`Skip to now, without showing how what waited came${shortcuts ? " (N)" : ""}`}
      onClick={() => {
        actions.jumpToNow();
      }}
    />
  );
}

/** Counts anew; what it is given is for the tooltip around it. */
export function ClearButton(props: object) {
  const actions = useActions();
  return (
    <Button
      {...props}
      icon={<Eraser size={15} />}
      aria-keyshortcuts="C"
      onClick={() => {
        actions.clear();
      }}
    >
      Clear
    </Button>
  );
}
