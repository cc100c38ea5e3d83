/** Realtime On or Off. */
import { Switch } from "radix-ui";
import { useId } from "react";
import { useActions, useHost, useSession } from "../hooks.ts";

const WORDS = { starting: "starting", failed: "off", off: "Off", opening: "turning on", on: "On", closing: "turning off", replay: "Replay" } as const;

/** The switch that turns Realtime on and off. */
export function OnSwitch() {
  const actions = useActions();
  const phase = useSession((state) => state.phase);
  const ready = useSession((state) => state.graph !== null);
  const ends = useHost((host) => host.switchesReplay ?? false) && phase === "replay";
  const on = phase === "on" || phase === "opening" || ends;
  const id = useId();
  return (
    <div className="on">
      <label className="on-label" htmlFor={id}>
        Realtime
      </label>
      <Switch.Root
        id={id}
        className="switch"
        checked={on}
        disabled={!ready || (phase !== "on" && phase !== "off" && !ends)}
        onCheckedChange={() => {
          void actions.toggle();
        }}
      >
        <Switch.Thumb className="switch-thumb" />
      </Switch.Root>
      <span className="on-word" aria-hidden="true">
        {WORDS[phase]}
      </span>
    </div>
  );
}
