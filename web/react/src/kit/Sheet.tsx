/** A modal sheet on the browser's own dialog: focus is kept, Escape closes, and no style is
 * injected that a strict policy would refuse.
 */
import { X } from "lucide-react";
import { useEffect, useRef, type ReactNode } from "react";
import { Button } from "./controls.tsx";
import "../styles/sheet.css";

/** A modal sheet; it is open while it is mounted. */
export function Sheet({ title, onClose, children, wide = false }: { readonly title: string; readonly onClose: () => void; readonly children: ReactNode; readonly wide?: boolean }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const shown = dialog.current;
    if (shown && !shown.open) shown.showModal();
    return () => {
      shown?.close();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      className={wide ? "sheet sheet-wide" : "sheet"}
      aria-labelledby="sheet-title"
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        if (event.target === dialog.current) onClose();
      }}
    >
      <div className="sheet-body">
        <header className="sheet-head">
          <h2 id="sheet-title">{title}</h2>
          <Button voice="quiet" icon={<X size={16} />} aria-label="Close" onClick={onClose} />
        </header>
        {children}
      </div>
    </dialog>
  );
}
