/** Opens a workspace without a server, and asks whether to keep it in this browser. */
import { useApp, useUi } from "../../hooks.ts";
import { Button } from "@dagnet-realtime/react/kit/controls.tsx";
import { FileJson2, FolderOpen, Link, Store } from "lucide-react";
import { useState } from "react";
import "../../styles/open.css";
import { pickFiles, pickFolder } from "./picking.ts";

export function OpenCard() {
  const { offline } = useApp();
  const [link, setLink] = useState("");
  if (!offline) return null;
  return (
    <section className="empty open-card" aria-labelledby="open-title">
      <FolderOpen className="open-sign" size={34} strokeWidth={1.4} aria-hidden="true" />
      <h2 id="open-title">Drop a DagNet folder here</h2>
      <p>The folder that holds graphs/, events/ and nodes/, or single files of it. There is no server behind this page: nothing that you open leaves this machine.</p>
      <div className="empty-deeds">
        <Button
          voice="strong"
          icon={<FolderOpen size={15} />}
          onClick={() => {
            void pickFolder(offline);
          }}
        >
          Choose a folder
        </Button>
        <Button
          icon={<FileJson2 size={15} />}
          onClick={() => {
            pickFiles(offline);
          }}
        >
          Choose files
        </Button>
        <Button
          icon={<Store size={15} />}
          onClick={() => {
            void offline.openSample();
          }}
        >
          Open the sample
        </Button>
      </div>
      <form
        className="open-link"
        onSubmit={(event) => {
          event.preventDefault();
          if (link.trim() !== "") void offline.openLink(link.trim());
        }}
      >
        <Link size={15} aria-hidden="true" />
        <input
          aria-label="A DagNet share link"
          placeholder="or paste a DagNet share link"
          value={link}
          onChange={(event) => {
            setLink(event.target.value);
          }}
        />
        <button type="submit" className="link" disabled={link.trim() === ""}>
          Open
        </button>
      </form>
      <KeepBox />
    </section>
  );
}

export const READABLE = "Any other HTML file that you open from disk could read it.";

export function KeepBox() {
  const { offline } = useApp();
  const keeping = useUi((ui) => ui.storageAllowed);
  if (!offline || keeping === null) return null;
  return (
    <label className="open-keep">
      <input type="checkbox" checked={keeping} onChange={({ target }) => void offline.allowStorage(target.checked)} />
      <span>
        Keep in this browser what I open. <span className="quiet">{keeping ? READABLE : `Opened from disk, this page keeps nothing: a reload begins anew. ${READABLE}`}</span>
      </span>
    </label>
  );
}
