/** Asks a worker for the fallback layout, so that the page never waits for it. */
import type { Box } from "../geometry/place.ts";
import type { Arrangement } from "./arrange.ts";
import { byLayers } from "./layers.ts";

/** The part of a Worker that is needed. */
export interface Bench {
  postMessage(message: Arrangement): void;
  onmessage: ((message: MessageEvent<Box[]>) => void) | null;
  onerror: ((error: ErrorEvent) => void) | null;
  terminate(): void;
}

/** After this many milliseconds the plain layers are shown instead. */
const PATIENCE = 15_000;

/** Calls `done` once with one box a node; the function returned gives up. A worker that fails or is too slow is answered by plain layers. */
export function arrangeAside(wanted: Arrangement, done: (boxes: Box[]) => void, bench: () => Bench = openBench): () => void {
  let worker: Bench | null = null;
  let open = true;
  const timer = setTimeout(() => { finish(byLayers(wanted.nodes, wanted.links)); }, PATIENCE);
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

function openBench(): Bench {
  return new Worker(new URL("./arrange.worker.ts", import.meta.url), { type: "module" });
}
