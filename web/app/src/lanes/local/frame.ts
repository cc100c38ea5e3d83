/** The frame of the sample shop, as a road: the only page that an interface from disk hears or answers.
 *
 * From disk every HTML file has the same origin, so neither a BroadcastChannel nor an origin tells the shop from a stranger. The frame's address holds a
 * secret of this page; the shop hands over a port with it (`parent` of the tap's sinks), and all that follows goes through that port.
 */
import { FRAME, isOurs, type FromHost } from "@dagnet-realtime/tap/protocol";
import type { Heard, Road } from "./road.ts";

export class ShopFrameRoad implements Road {
  #port: MessagePort | null = null;
  #take: ((heard: Heard) => void) | null = null;

  constructor(
    private readonly scope: Window,
    /** 32 hexadecimal digits. */
    private readonly secret: string,
  ) {
    scope.addEventListener("message", ({ data, source, ports }: MessageEvent<unknown>) => {
      const [port] = ports;
      if (port === undefined || !this.#invited(data, source)) return;
      this.#port?.close();
      this.#port = port;
      if (this.#take !== null) this.#hear(port);
    });
  }

  /** What the frame's address says beside the theme. */
  get query(): string {
    return `${FRAME}=${this.secret}`;
  }

  listen(take: (heard: Heard) => void): () => void {
    this.#take = take;
    if (this.#port !== null) this.#hear(this.#port);
    return () => { this.#take = null; };
  }

  call(message: FromHost): void {
    this.#port?.postMessage(message);
  }

  #invited(data: unknown, source: MessageEventSource | null): boolean {
    if (!isOurs(data) || data["kind"] !== FRAME || data["secret"] !== this.secret || source === null) return false;
    return "parent" in source && source.parent === this.scope;
  }

  /** What came before anybody listened has waited in the port. */
  #hear(port: MessagePort): void {
    const answer = (message: FromHost): void => { port.postMessage(message); };
    port.onmessage = ({ data }: MessageEvent<unknown>) => { this.#take?.({ message: data, origin: this.scope.location.origin, road: "tab", answer }); };
  }
}
