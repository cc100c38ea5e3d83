/** The standing notice, and toasts that leave by themselves. */
import { useActions, useUi } from "../hooks.ts";
import { Button } from "@dagnet-realtime/react/kit/controls.tsx";
import { Info, TriangleAlert, X } from "lucide-react";

export function Notice() {
  const actions = useActions();
  const notice = useUi((ui) => ui.notice);
  const phase = useUi((ui) => ui.phase);
  const graph = useUi((ui) => ui.graph);
  if (!notice) return null;
  return (
    <div className={notice.bad ? "banner banner-bad" : "banner"} role={notice.bad ? "alert" : "status"}>
      {notice.bad ? <TriangleAlert size={16} aria-hidden="true" /> : <Info size={16} aria-hidden="true" />}
      <p>
        <strong>{notice.what}</strong> {notice.meaning} {notice.remedy}
      </p>
      {notice.action && (
        <Button className="button-small" onClick={notice.action.run}>
          {notice.action.label}
        </Button>
      )}
      {!notice.action && phase === "off" && graph && (
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

export function Toasts() {
  const actions = useActions();
  const toasts = useUi((ui) => ui.toasts);
  return (
    <div className="toasts" role="status" aria-live="polite">
      {toasts.map(({ id, what, meaning, remedy, bad, action }) => (
        <div key={id} className={bad ? "toast toast-bad" : "toast"}>
          <p>
            <strong>{what}</strong> <span className="quiet">{[meaning, remedy].filter(Boolean).join(" ")}</span>
          </p>
          {action && (
            <Button
              className="button-small"
              onClick={() => {
                action.run();
                actions.dismiss(id);
              }}
            >
              {action.label}
            </Button>
          )}
          <Button
            voice="quiet"
            className="button-small"
            icon={<X size={14} />}
            aria-label="Dismiss"
            onClick={() => {
              actions.dismiss(id);
            }}
          />
        </div>
      ))}
    </div>
  );
}
