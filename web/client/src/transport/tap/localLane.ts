/** The local lane: calls of this browser's own pages, by the rules of the shown graph's view. */
import { isEarly } from "@dagnet-realtime/engine/localEvents";
import type { TapMessage } from "@dagnet-realtime/engine/tapMessage";
import type { Rules } from "@dagnet-realtime/tap/protocol";
import type { EngineHost } from "../../engineHost.ts";
import type { PageChannel } from "./channels.ts";
import { redactionRules, TapHost } from "./tapHost.ts";

/** Who listens. `session` names it among the pages, `salt` keys their pseudonyms (both are 32
 * hexadecimal digits).
 */
export interface LocalLaneOptions {
  readonly session: string;
  readonly salt: string;
  /** Whether pages that were opened at `origin` may report. */
  allows(origin: string): boolean;
  /** Properties to keep beside those that the view allows and its filters read; globs. */
  properties(): readonly string[];
  /** How a message's id is shown, to recognise the server's twin; null if that is unknown. */
  readonly displayId?: (id: string) => string | null;
  /** Takes in a message of the time since On; false while Off. */
  accept(message: TapMessage): boolean;
}

export class LocalLane {
  readonly host: TapHost;
  #sent = "";

  constructor(
    private readonly engine: EngineHost,
    channels: readonly PageChannel[],
    private readonly options: LocalLaneOptions,
    now: () => number,
  ) {
    this.host = new TapHost(
      channels,
      {
        session: options.session,
        rules: () => this.rules(),
        allows: (origin) => options.allows(origin),
        ...(options.displayId === undefined ? {} : { displayId: options.displayId }),
        // What was called before On never counts, not even if the SDK retries it now.
        accept: (message) => !isEarly(engine.state, message) && options.accept(message),
      },
      now,
    );
  }

  rules(): Rules {
    const { graph, posture } = this.engine.state;
    return redactionRules(this.options.salt, graph, posture, this.options.properties());
  }

  /** Sends the rules to every page if they have changed; called once a second. */
  refresh(): void {
    const rules = JSON.stringify(this.rules());
    if (rules !== this.#sent && this.#sent !== "") this.host.sendRules();
    this.#sent = rules;
  }
}
