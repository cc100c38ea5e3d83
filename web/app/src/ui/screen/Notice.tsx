/** What happened, what it means, what to do: stays until it is dealt with. */
import { Info, TriangleAlert, X } from "lucide-react";
import { Button } from "../kit/Button.tsx";
import { useActions, useShell } from "../use.ts";

export function Notice() {
  const actions = useActions();
  const notice = useShell((shell) => shell.notice);
  const phase = useShell((shell) => shell.phase);
  const graph = useShell((shell) => shell.graph);
  if (!notice) return null;
  return (
    <div className={notice.bad ? "banner banner-bad" : "banner"} role={notice.bad ? "alert" : "status"}>
      {notice.bad ? <TriangleAlert size={16} aria-hidden="true" /> : <Info size={16} aria-hidden="true" />}
      <p>
        <strong>{notice.what}</strong> {notice.meaning} {notice.remedy}
      </p>
      {phase === "off" && graph && (
        <Button
          className="button-small"
          onClick={() => {
            void actions.toggle();
          }}
        >
          Turn on
        </Button>
      )}
      {phase === "failed" && (
        <Button
          className="button-small"
          onClick={() => {
            window.location.reload();
          }}
        >
          Reload
        </Button>
      )}
      <Button
        voice="quiet"
        className="button-small"
        icon={<X size={14} />}
        aria-label="Dismiss"
        onClick={() => {
          actions.dismiss("notice");
        }}
      />
    </div>
  );
}
