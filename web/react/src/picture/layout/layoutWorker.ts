/** Client of the layout worker, so that the page never waits for a layout. */
import type { Box } from "@dagnet-realtime/layer/curve";
import type { Arrangement } from "./layout.ts";
import { byLayers } from "./layers.ts";

/** The part of a Worker that is needed. */
export interface LayoutWorker {
  postMessage(message: Arrangement): void;
  onmessage: ((message: MessageEvent<Box[]>) => void) | null;
  onerror: ((error: ErrorEvent) => void) | null;
  terminate(): void;
}

/** After this many milliseconds the plain layers are shown instead. */
const TIMEOUT_MS = 15_000;

/** Calls `done` once with one box a node; the function returned gives up. If a worker fails or is
 * too slow, plain layers take its place.
 */
export function layoutInWorker(wanted: Arrangement, done: (boxes: Box[]) => void, bench: () => LayoutWorker = openWorker): () => void {
  let worker: LayoutWorker | null = null;
  let open = true;
  const timer = setTimeout(() => { finish(byLayers(wanted.nodes, wanted.links)); }, TIMEOUT_MS);
  try {
    worker = bench();
    worker.onmessage = (message) => { finish(message.data); };
    worker.onerror = () => { finish(byLayers(wanted.nodes, wanted.links)); };
    worker.postMessage(wanted);
  } catch {
    queueMicrotask(() => { finish(byLayers(wanted.nodes, wanted.links)); });
  }
  return close;

  function finish(boxes: Box[]): void {
    if (!open) return;
    close();
    done(boxes);
  }
  function close(): void {
    open = false;
    clearTimeout(timer);
    worker?.terminate();
  }
}

function openWorker(): LayoutWorker {
  return new Worker(new URL("./layout.worker.ts", import.meta.url), { type: "module" });
}
