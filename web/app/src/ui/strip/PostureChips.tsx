/** How far the picture can be trusted, where it is less than wholly: sampled, thinned, redacted, in plain words. */
import { posture } from "@dagnet-realtime/engine/select/totals";
import { Pop } from "../kit/Pop.tsx";
import { Button } from "../kit/Button.tsx";
import { useActions, useEngine, useShell } from "../use.ts";
import { chipsOf } from "./posture.ts";

export function PostureChips() {
  const atServer = useShell((shell) => shell.atServer);
  const chips = chipsOf(useEngine("second", (state) => posture(state)), atServer);
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
      {(key === "thinned" || key === "filtered") && <AtServer />}
    </Pop>
  ));
}

/** Where a thinned view leaves out what somebody looks for, the server can spend the budget on that alone. */
function AtServer() {
  const actions = useActions();
  const filter = useShell((shell) => shell.filter);
  const atServer = useShell((shell) => shell.atServer);
  const unread = useEngine("second", (state) => state.filterProblem !== null);
  if (filter === "" || unread) return null;
  return (
    <Button
      className="button-small"
      title={atServer ? undefined : "The whole budget goes to the events that pass; what is left out is counted as filtered and lights nothing."}
      onClick={() => {
        void actions.filterAtServer(atServer === "");
      }}
    >
      {atServer ? "Carry everything again" : "Carry only what passes the filter"}
    </Button>
  );
}
