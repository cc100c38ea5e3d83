/** How far the picture can be trusted, where it is less than wholly: sampled, thinned, redacted, in plain words. */
import { posture } from "@dagnet-realtime/engine/select/ledger";
import { Pop } from "../kit/Pop.tsx";
import { useEngine } from "../use.ts";
import { chipsOf } from "./posture.ts";

export function PostureChips() {
  const chips = chipsOf(useEngine("second", (state) => posture(state)));
  return chips.map(({ key, word, title, says }) => (
    <Pop
      key={key}
      title={title}
      align="end"
      trigger={
        <button type="button" className={key === "redacted" ? "chip cut-first" : "chip chip-warn"}>
          {word}
        </button>
      }
    >
      {says.map((line) => (
        <p key={line}>{line}</p>
      ))}
    </Pop>
  ));
}
