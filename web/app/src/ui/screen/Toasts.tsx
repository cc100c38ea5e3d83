/** Short words that leave by themselves; read out politely. */
import { X } from "lucide-react";
import { Button } from "../kit/Button.tsx";
import { useActions, useShell } from "../use.ts";

export function Toasts() {
  const actions = useActions();
  const toasts = useShell((shell) => shell.toasts);
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
