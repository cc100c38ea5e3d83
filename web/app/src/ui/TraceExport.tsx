/** "Export" of an open trace: as JSON, or as a picture. */
import { download } from "@dagnet-realtime/react/download";
import { Button } from "@dagnet-realtime/react/kit/controls.tsx";
import { LazyPopover } from "@dagnet-realtime/react/kit/LazyPopover.tsx";
import { Download, FileJson2, Image } from "lucide-react";
import { useState } from "react";
import { useApp } from "../hooks.ts";
import { toast, toNotice } from "../store/notices.ts";
import { traceFile, traceFileName } from "./traceFile.ts";
import { lookOf, tracePicture } from "./tracePicture.ts";
import "../styles/traceExport.css";

export function TraceExport({ token }: { readonly token: string }) {
  const { context, engine, store } = useApp();
  const [saved, setSaved] = useState("");
  const save = async (ending: "json" | "png"): Promise<void> => {
    try {
      const { graph, graphRef } = store.getState();
      const file = traceFile(engine.state, token, { graph, place: graphRef }, context.environment.now());
      if (file === null) throw new Error("Nothing is known of this trace any more.");
      const name = traceFileName(file, ending);
      if (ending === "json") download(name, `${JSON.stringify(file, null, 2)}\n`, "application/json");
      else download(name, await tracePicture(file, lookOf(document.querySelector(".trace-view") ?? document.body)), "image/png");
      setSaved(`Saved ${name}.`);
    } catch (error) {
      toast(store, toNotice(error, "The trace was not exported."));
    }
  };
  return (
    <LazyPopover title="Export this trace" align="end" trigger={<Button voice="quiet" className="button-small" icon={<Download size={13} />} title="Save this trace as a file">Export</Button>}>
      <p>What this page holds of it, and what is missing. People stand under pseudonyms; a name that you gave stays here.</p>
      <p className="trace-export">
        <Button icon={<FileJson2 size={14} />} onClick={() => void save("json")}>JSON</Button>
        <Button icon={<Image size={14} />} onClick={() => void save("png")}>Picture (PNG)</Button>
      </p>
      <p className="trace-export-saved" role="status">{saved}</p>
    </LazyPopover>
  );
}
