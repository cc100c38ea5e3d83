/** The bar of a replay: what is playing, its position, and its controls. */
import { Pause, Play, RotateCcw, StepForward, X } from "lucide-react";
import { SPEEDS } from "@dagnet-realtime/client/transport/player";
import type { ReplayControls } from "../store/uiState.ts";
import { clock, moment } from "@dagnet-realtime/react/format";
import { Button } from "@dagnet-realtime/react/kit/controls.tsx";
import { useEngine } from "@dagnet-realtime/react/hooks";
import { played } from "@dagnet-realtime/react/viewState";
import { playerKey } from "./shortcuts.ts";
import "../styles/replay.css";

export function ReplayBar({ replay }: { readonly replay: ReplayControls }) {
  const { player, log } = replay;
  useEngine("rows", () => player.at);
  useEngine("numbers", () => player.at);
  const ended = !player.playing && player.at >= player.to;
  return (
    <section className="replay" aria-label="Replay">
      <strong>Replay</strong>
      <span className="replay-graph">{log.header.graph}</span>
      <Button
        className="button-small"
        icon={ended ? <RotateCcw size={14} /> : player.playing ? <Pause size={14} /> : <Play size={14} />}
        aria-label={ended ? "Play from the beginning" : player.playing ? "Hold the replay" : "Play"}
        aria-keyshortcuts="Space"
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
        aria-keyshortcuts="ArrowLeft ArrowRight Home End"
        aria-valuetext={`${played(player)}, ${moment(player.at)}`}
        title="← and →: 5 seconds, with Shift 30; Home and End"
        min={0}
        max={Math.max(1, player.to - player.from)}
        value={player.at - player.from}
        onChange={(event) => {
          replay.seek(player.from + Number(event.target.value));
        }}
        onKeyDown={(event) => {
          const run = playerKey(event);
          if (run === null) return;
          event.preventDefault();
          run(replay);
        }}
      />
      <span className="mono replay-at" title={moment(player.at)}>
        {played(player)} <span className="quiet">{clock(player.at)}</span>
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
