/** No server and no graph yet: the ways to open one. */
import { FileJson2, FolderOpen, Link, Store } from "lucide-react";
import { useState } from "react";
import { Button } from "../kit/Button.tsx";
import { useRealtime } from "../use.ts";
import { KeepBox } from "./KeepBox.tsx";
import { pickFiles, pickFolder } from "./picking.ts";
import "../../styles/open.css";

export function OpenCard() {
  const { opening } = useRealtime();
  const [link, setLink] = useState("");
  if (!opening) return null;
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
            void pickFolder(opening);
          }}
        >
          Choose a folder
        </Button>
        <Button
          icon={<FileJson2 size={15} />}
          onClick={() => {
            pickFiles(opening);
          }}
        >
          Choose files
        </Button>
        <Button
          icon={<Store size={15} />}
          onClick={() => {
            void opening.sample();
          }}
        >
          Open the sample
        </Button>
      </div>
      <form
        className="open-link"
        onSubmit={(event) => {
          event.preventDefault();
          if (link.trim() !== "") void opening.link(link.trim());
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
