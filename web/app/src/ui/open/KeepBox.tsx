/** From disk nothing is kept until this box is ticked; it says who could read it then. */
import { useRealtime, useShell } from "../use.ts";

export const READABLE = "Any other HTML file that you open from disk could read it.";

export function KeepBox() {
  const { opening } = useRealtime();
  const keeping = useShell((shell) => shell.keeping);
  if (!opening || keeping === null) return null;
  return (
    <label className="open-keep">
      <input type="checkbox" checked={keeping} onChange={({ target }) => void opening.keep(target.checked)} />
      <span>
        Keep in this browser what I open. <span className="quiet">{keeping ? READABLE : `Opened from disk, this page keeps nothing: a reload begins anew. ${READABLE}`}</span>
      </span>
    </label>
  );
}
