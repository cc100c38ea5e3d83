/** The drop zone: says what a drop would do while files are dragged over the page; opens them. */
import { useApp } from "../../hooks.ts";
import { FolderDown } from "lucide-react";
import { useEffect, useState } from "react";
import { toast } from "../../store/notices.ts";
import { openLogFile } from "../GraphMenu.tsx";
import { holdsFiles, takeDrops } from "../../drops.ts";
import "../../styles/open.css";

const LOG = /\.(?:ndjson|jsonl)$/i;

export function DropZone() {
  const realtime = useApp();
  const [over, setOver] = useState(false);
  useEffect(() => takeDrops(({ files: [only, another], things }) => {
    setOver(false);
    if (only && another === undefined && LOG.test(only.name)) void openLogFile(realtime, only);
    else if (realtime.offline) void realtime.offline.openDrop(things);
    else toast(realtime.store, { what: "This page opens session logs only.", meaning: "Its graphs are those of the folders that the server watches.", remedy: "Drop a file that “Save log” has made.", bad: true });
  }), [realtime]);
  useEffect(() => {
    const enter = (event: DragEvent): void => {
      if (holdsFiles(event)) setOver(true);
    };
    const leave = (event: DragEvent): void => {
      if (event.relatedTarget === null) setOver(false);
    };
    window.addEventListener("dragenter", enter);
    window.addEventListener("dragover", enter);
    window.addEventListener("dragleave", leave);
    return () => {
      window.removeEventListener("dragenter", enter);
      window.removeEventListener("dragover", enter);
      window.removeEventListener("dragleave", leave);
    };
  }, []);
  if (!over) return null;
  return (
    <div className="drop-zone" aria-hidden="true">
      <p>
        <FolderDown size={22} /> Drop to open
      </p>
    </div>
  );
}
