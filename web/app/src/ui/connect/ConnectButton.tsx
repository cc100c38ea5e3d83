/** Opens the connect panel; says how many pages are heard. */
import { Cable } from "lucide-react";
import { Button } from "../kit/Button.tsx";
import { useActions, useEngine, useRealtime } from "../use.ts";
import { buttonWords } from "./words.ts";

export function ConnectButton() {
  const { local } = useRealtime();
  const actions = useActions();
  const words = useEngine("second", () => buttonWords(local?.lane.pages.values() ?? []));
  if (!local) return null;
  return (
    <Button
      icon={<Cable size={15} />}
      className="connect-button"
      title="See what your own pages emit"
      onClick={() => {
        actions.overlay("connect");
      }}
    >
      {words}
    </Button>
  );
}
