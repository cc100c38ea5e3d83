// @vitest-environment jsdom
import { expect, it, vi } from "vitest";
import { saveLog } from "../../src/saveLog.ts";
import { openLogFile } from "../../src/ui/GraphMenu.tsx";
import { batch, GRAPH, hello, scene } from "../support/page.ts";

it("PIC-54: what Save log writes, Open log plays", async () => {
  const written: Blob[] = [];
  Object.assign(URL, { createObjectURL: (blob: Blob) => (written.push(blob), "blob:x"), revokeObjectURL: () => undefined });
  vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(() => undefined);
  const made = scene();
  made.engine.dispatch({ kind: "on", session: "s1", position: "e:0", graph: GRAPH, lane: "remote" });
  made.engine.dispatch({ kind: "frame", frame: hello });
  made.engine.dispatch({ kind: "frame", frame: batch(0) });
  await saveLog(made);
  const [blob] = written;
  if (!blob) throw new Error("nothing was written");
  const text = await new Promise<string>((resolve) => {
    const reader = new FileReader();
    reader.onload = () => { resolve(reader.result as string); };
    reader.readAsText(blob);
  });
  const other = scene();
  await openLogFile(other, { size: text.length, text: () => Promise.resolve(text) } as File);
  expect(other.store.getState().phase).toBe("replay");
  await other.store.getState().replay?.close();
  await openLogFile(other, { size: 1e9 } as File);
  expect(other.store.getState().toasts).toHaveLength(1);
});
