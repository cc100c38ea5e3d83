/** A way on which pages reach this tab: what came, from which origin, and how to answer. */
import type { FromHost } from "@dagnet-realtime/tap/protocol";

/** Another tab of this origin, a page that this tab opened, a page that the extension taps, this page itself. */
export type RoadName = "tab" | "opened" | "extension";

export interface Heard {
  /** Not looked at yet. */
  readonly message: unknown;
  /** Told by the browser, not by the page. */
  readonly origin: string;
  readonly road: RoadName;
  /** The window that spoke, where the road knows it. */
  readonly window?: object;
  /** Null where the page is gone already: what it says as it leaves still comes. */
  readonly answer: ((message: FromHost) => void) | null;
}

export interface Road {
  listen(take: (heard: Heard) => void): () => void;
  /** Speaks to every page of this road that is known. */
  call(message: FromHost): void;
}
