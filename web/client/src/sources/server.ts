/** The source of events that a server of DagNet Realtime received. */
import type { Source } from "../source.ts";
import type { TokenSource } from "../token.ts";
import { lazySource } from "./lazySource.ts";

/** Where a server is, what is watched there, and the token that lets this page in. */
export interface ServerOptions {
  /** The server's address, as `https://realtime.example.com`; "" for the page's own. */
  readonly url: string;
  readonly workspace: string;
  readonly env: string;
  /** Renewed by calling it again: shortly before `expiresAt`, and whenever it is refused. */
  readonly token: TokenSource;
  /** The graph's name at the server; that of the shown graph by default. */
  readonly graph?: string;
  /** "poll" keeps no stream open; by default polls replace a stream that does not get through. */
  readonly transport?: "push" | "poll";
}

/** Events as a server of DagNet Realtime received them: by stream, by poll or through its relay. */
export function server(options: ServerOptions): Source {
  return lazySource("remote", async () => (await import("./remote.ts")).tokenSource(options));
}
