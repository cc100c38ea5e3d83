/** The graph in the page that it watches: the picture's light from the page's own Segment calls, with no server and no other tab. */
import { isEarly } from "@dagnet-realtime/engine/localEvents";
import type { Graph } from "@dagnet-realtime/engine/wire.gen";
import { samePage } from "@dagnet-realtime/tap/channels";
import { tap } from "@dagnet-realtime/tap/tap";
import { rulesOf } from "../lanes/local/rules.ts";
import type { LightSource } from "../picture/contract.ts";
import { LiveEngine } from "./live.ts";
import { hex } from "./local.ts";

export interface EmbeddedOptions {
  /** An instance or loader of the SDK that stands nowhere in `window`. */
  readonly analytics?: unknown;
  /** Properties to keep beside those that the graph's filters read; globs. */
  readonly properties?: readonly string[];
}

export interface Embedded {
  readonly light: LightSource;
  /** Gives the ear up; a tap that the page had before goes on. */
  stop(): void;
}

/** Listens to this page's SDK, and lights `graph`. */
export function embedded(graph: Graph, { analytics, properties = [] }: EmbeddedOptions = {}): Embedded {
  const engine = new LiveEngine(() => Date.now());
  engine.put({ kind: "on", session: hex(8), position: "", graph, lane: "local" });
  engine.put({ kind: "connection", state: "live" });
  const there = globalThis.__dagnetRealtimeTap;
  const ears = there ?? tap();
  if (analytics !== undefined) ears.listen(analytics);
  const quiet = ears.speak(samePage(({ messages }) => { for (const message of messages) if (!isEarly(engine.state, message)) engine.put({ kind: "tap", message }); }, rulesOf(hex(16), graph, null, properties)));
  return {
    light: engine.light,
    stop: () => {
      if (there) quiet();
      else ears.stop();
    },
  };
}
