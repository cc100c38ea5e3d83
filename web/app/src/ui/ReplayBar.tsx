/** The bar of a replay: what is playing, its position, and its controls. */
import { Pause, Play, StepForward, X } from "lucide-react";
import { SPEEDS } from "@dagnet-realtime/client/transport/player";
import type { ReplayControls } from "../store/uiState.ts";
import { moment, span } from "@dagnet-realtime/react/format";
import { Button } from "@dagnet-realtime/react/kit/controls.tsx";
import { useEngine } from "@dagnet-realtime/react/hooks";

export function ReplayBar({ replay }: { readonly replay: ReplayControls }) {
  const { player, log } = replay;
  useEngine("rows", () => player.at);
  useEngine("numbers", () => player.at);
  return (
    <section className="replay" aria-label="Replay">
      <strong>Replay</strong>
      <span>{log.header.graph}</span>
      <Button
        className="button-small"
        icon={player.playing ? <Pause size={14} /> : <Play size={14} />}
        aria-label={player.playing ? "Hold the replay" : "Play"}
        onClick={() => {
          replay.togglePlaying();
        }}
      />
      <Button
        className="button-small"
        icon={<StepForward size={14} />}
        aria-label="Next frame"
        onClick={() => {
          replay.step();
        }}
      />
      <input
        type="range"
        aria-label="Moment of the log"
        aria-valuetext={moment(player.at)}
        min={0}
        max={Math.max(1, player.to - player.from)}
        value={player.at - player.from}
        onChange={(event) => {
          replay.seek(player.from + Number(event.target.value));
        }}
      />
      <span className="mono replay-at">
        {moment(player.at)} <span className="quiet">of {span(player.to - player.from)}</span>
      </span>
      <select
        className="field"
        aria-label="Speed"
        defaultValue={player.speed}
        onChange={(event) => {
          replay.setSpeed(Number(event.target.value));
        }}
      >
        {SPEEDS.map((speed) => (
          <option key={speed} value={speed}>
            {speed}×
          </option>
        ))}
      </select>
      <Button
        className="button-small"
        icon={<X size={14} />}
        onClick={() => {
          void replay.close();
        }}
      >
        Close
      </Button>
    </section>
  );
}
