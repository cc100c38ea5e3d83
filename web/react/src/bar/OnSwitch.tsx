/** Realtime On or Off. */
import { Switch } from "radix-ui";
import { useActions, useSession } from "../hooks.ts";

const WORDS = { starting: "starting", failed: "off", off: "Off", opening: "turning on", on: "On", closing: "turning off", replay: "Replay" } as const;

/** The switch that turns Realtime on and off. */
export function OnSwitch() {
  const actions = useActions();
  const phase = useSession((state) => state.phase);
  const ready = useSession((state) => state.graph !== null);
  const on = phase === "on" || phase === "opening";
  return (
    <div className="on">
      <label className="on-label" htmlFor="on-switch">
        Realtime
      </label>
      <Switch.Root
        id="on-switch"
        className="switch"
        checked={on}
        disabled={!ready || (phase !== "on" && phase !== "off")}
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
