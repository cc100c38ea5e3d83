/** Announces that the server has another version than this page, before anything of the page's own
 * version is missed.
 */
import type { ServerApi } from "@dagnet-realtime/client/api";
import type { Store } from "./uiState.ts";

/** Where Vite says that a part of the page could not be fetched. */
export const PRELOAD_ERROR = "vite:preloadError";

export class VersionWatch {
  #announced = false;
  #asking = false;

  /** Looks whenever the connection has come back. */
  constructor(
    private readonly store: Store,
    private readonly api: Pick<ServerApi, "me">,
  ) {
    store.subscribe(({ connection: { connection } }, { connection: { connection: before } }) => {
      const back = (connection === "live" || connection === "polling") && (before === "reconnecting" || before === "stale" || before === "connecting");
      if (back) void this.look();
    });
  }

  /** Asks the server for its version; says so once if it is another one. */
  async look(): Promise<void> {
    const mine = this.store.getState().me?.version;
    if (this.#announced || this.#asking || mine === undefined) return;
    this.#asking = true;
    const found = await this.api.me().catch(() => null);
    this.#asking = false;
    if (found === null || found.version === mine) return;
    this.#announced = true;
    this.store.setState({ notice: { what: `The server now runs version ${found.version}.`, meaning: "This page is of the version before and goes on; some of its parts may be missing.", remedy: "Reload when it suits: the session and what was collected are kept.", bad: false, action: { label: "Reload", run: () => { window.location.reload(); } } } });
  }
}
