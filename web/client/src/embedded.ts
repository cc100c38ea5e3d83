/** Light from the Segment calls of the page that the graph stands in; no server, no other tab. */
import type { Graph } from "@dagnet-realtime/engine/wire.gen";
import { EngineHost } from "./engineHost.ts";
import { browserEnvironment, randomHex } from "./environment.ts";
import type { LightSource } from "./light.ts";
import { type PageOptions, pageTransport } from "./transport/tap/localTransport.ts";

/** An instance of the SDK that stands nowhere in `window`, and properties to keep beside those that
 * the graph's filters read.
 */
export type EmbeddedOptions = PageOptions;

export interface Embedded {
  readonly light: LightSource;
  /** Stops listening; a tap that the page had before goes on. */
  stop(): void;
}

/** Listens to this page's SDK, and lights `graph`. */
export function embedded(graph: Graph, options: EmbeddedOptions = {}): Embedded {
  const engine = new EngineHost(() => browserEnvironment.now());
  engine.dispatch({ kind: "on", session: randomHex(8), position: "", graph, lane: "local" });
  engine.dispatch({ kind: "connection", state: "live" });
  const transport = pageTransport(options, engine, browserEnvironment);
  transport.start({ frame: () => undefined, tap: (message) => { engine.dispatch({ kind: "tap", message }); }, state: () => undefined, ended: () => undefined });
  return { light: engine.light, stop: () => { transport.stop(); } };
}
