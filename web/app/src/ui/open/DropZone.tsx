/** The drop zone: says what a drop would do while files are dragged over the page; opens them. */
import { useApp } from "../../hooks.ts";
import { FolderDown } from "lucide-react";
import { useEffect, useState } from "react";
import { droppedFiles } from "../../offline/files.ts";
import { openLogFile } from "../GraphMenu.tsx";
import "../../styles/open.css";

const LOG = /\.(?:ndjson|jsonl)$/i;

export function DropZone() {
  const realtime = useApp();
  const [over, setOver] = useState(false);
  useEffect(() => {
    const holds = (event: DragEvent): boolean => event.dataTransfer?.types.includes("Files") ?? false;
    const enter = (event: DragEvent): void => {
      if (!holds(event)) return;
      event.preventDefault();
      setOver(true);
    };
    const leave = (event: DragEvent): void => {
      if (event.relatedTarget === null) setOver(false);
    };
    const drop = (event: DragEvent): void => {
      if (!holds(event) || event.dataTransfer === null) return;
      event.preventDefault();
      setOver(false);
      const [only, another] = event.dataTransfer.files;
      if (only && another === undefined && LOG.test(only.name)) void openLogFile(realtime, only);
      else void realtime.offline?.openFiles(droppedFiles(event.dataTransfer.items));
    };
    window.addEventListener("dragenter", enter);
    window.addEventListener("dragover", enter);
    window.addEventListener("dragleave", leave);
    window.addEventListener("drop", drop);
    return () => {
      window.removeEventListener("dragenter", enter);
      window.removeEventListener("dragover", enter);
      window.removeEventListener("dragleave", leave);
      window.removeEventListener("drop", drop);
    };
  }, [realtime]);
  if (!over) return null;
  return (
    <div className="drop-zone" aria-hidden="true">
      <p>
        <FolderDown size={22} /> Drop to open
      </p>
    </div>
  );
}
