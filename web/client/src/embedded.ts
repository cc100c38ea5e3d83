/** Light from the Segment calls of the page that the graph stands in; no server, no other tab. */
import type { LightSource } from "./light.ts";
import { isEarly } from "@dagnet-realtime/engine/localEvents";
import type { Graph } from "@dagnet-realtime/engine/wire.gen";
import { samePage } from "@dagnet-realtime/tap/channels";
import { tap } from "@dagnet-realtime/tap/tap";
import { redactionRules } from "./transport/tap/tapHost.ts";
import { EngineHost } from "./engineHost.ts";
import { randomHex } from "./environment.ts";

export interface EmbeddedOptions {
  /** An instance or loader of the SDK that stands nowhere in `window`. */
  readonly analytics?: unknown;
  /** Properties to keep beside those that the graph's filters read; globs. */
  readonly properties?: readonly string[];
}

export interface Embedded {
  readonly light: LightSource;
  /** Stops listening; a tap that the page had before goes on. */
  stop(): void;
}

/** Listens to this page's SDK, and lights `graph`. */
export function embedded(graph: Graph, { analytics, properties = [] }: EmbeddedOptions = {}): Embedded {
  const engine = new EngineHost(() => Date.now());
  engine.dispatch({ kind: "on", session: randomHex(8), position: "", graph, lane: "local" });
  engine.dispatch({ kind: "connection", state: "live" });
  const existing = globalThis.__dagnetRealtimeTap;
  const reporter = existing ?? tap();
  if (analytics !== undefined) reporter.listen(analytics);
  const stopReporting = reporter.speak(samePage(({ messages }) => { for (const message of messages) if (!isEarly(engine.state, message)) engine.dispatch({ kind: "tap", message }); }, redactionRules(randomHex(16), graph, null, properties)));
  return {
    light: engine.light,
    stop: () => {
      if (existing) stopReporting();
      else reporter.stop();
    },
  };
}
