/** Whether the sample shop stands beside the graph: only where there is one to show. */
import type { Remembered } from "../../store/remember.ts";
import type { Shell } from "../../store/store.ts";

/** The demo's server has the shop; so has every copy of the interface that stands alone. */
export function offered({ me, serverless }: Pick<Shell, "me" | "serverless">): boolean {
  return serverless || (me?.demo ?? false);
}

/** Narrower than this the details make room for the graph when the shop comes. */
const ROOMY = 1600;

/** What changes on the screen when the shop comes. */
export function opened(width: number): Partial<Remembered> {
  return width < ROOMY ? { shop: "open", sideOpen: false } : { shop: "open" };
}

/** What somebody chose; else the demo opens it, and a page without a server does not. */
export function shown(shell: Pick<Shell, "me" | "serverless" | "kept">): boolean {
  return offered(shell) && (shell.kept.shop === "" ? !shell.serverless : shell.kept.shop === "open");
}
