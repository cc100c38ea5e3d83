/** The source of events that a server of DagNet Realtime received. */
import type { Source } from "../source.ts";
import { lazySource } from "./lazySource.ts";
import type { ServerOptions } from "./options.ts";

/** Events as a server of DagNet Realtime received them: by stream, by poll or through its relay. */
export function server(options: ServerOptions): Source {
  return lazySource("remote", async () => (await import("./remote.ts")).tokenSource(options));
}
