/** Channels on which tapped pages reach this tab: other tabs, opened pages, the extension, the
 * shop's frame.
 */
import { CHANNEL, FRAME, type FromHost, isOurs } from "@dagnet-realtime/tap/protocol";

/** Another tab of this origin, a page that this tab opened, a page that the extension taps, this
 * page itself.
 */
export type ChannelKind = "tab" | "opened" | "extension";

/** A message of a page, with its origin. */
export interface Incoming {
  /** Not looked at yet. */
  readonly message: unknown;
  /** Told by the browser, not by the page. */
  readonly origin: string;
  readonly channel: ChannelKind;
  /** The window that spoke, if the channel knows it. */
  readonly window?: object;
  /** Null if the page is gone already: what it posts as it leaves still arrives. */
  readonly answer: ((message: FromHost) => void) | null;
}

/** A way for pages to report to this tab. */
export interface PageChannel {
  listen(take: (heard: Incoming) => void): () => void;
  /** Speaks to every page of this road that is known. */
  send(message: FromHost): void;
}

/** Marks what the extension's content script and this page say to each other. */
export const EXTENSION = "dagnet-realtime-extension/1";
/** Windows remembered: pages that this tab opened, and frames in them, that were let in. */
const WINDOWS = 50;

/** What the extension wraps messages of pages in; `origin` is the browser's word. */
interface Wrapped {
  readonly extension: typeof EXTENSION;
  readonly to: "picture";
  readonly origin: string;
  readonly message: unknown;
}

/** The roads of a page. One from disk has the frame of the shop alone, with this `secret`. */
export function pageChannels(scope: Window, disk: boolean, secret: () => string): { readonly roads: readonly PageChannel[]; readonly frame: ShopFrameChannel | null } {
  if (!disk) return { roads: [tabChannel(), windowChannel(scope), extensionChannel(scope)], frame: null };
  const frame = new ShopFrameChannel(scope, secret());
  return { roads: [frame], frame };
}

/** Other tabs of this origin. */
export function tabChannel(): PageChannel {
  const channel = new BroadcastChannel(CHANNEL);
  const post = (message: FromHost): void => { channel.postMessage(message); };
  return {
    listen: (take) => {
      const hear = ({ data }: MessageEvent<unknown>): void => { take({ message: data, origin: window.location.origin, channel: "tab", answer: post }); };
      channel.addEventListener("message", hear);
      return () => { channel.removeEventListener("message", hear); };
    },
    send: post,
  };
}

/** Pages that this tab opened, and their frames. They are answered at their own origin, never at
 * `*`: a page of another origin that has taken their place does not receive the answer. What a page
 * posts while it navigates away comes without its window, but still from its origin.
 */
export function windowChannel(scope: Window): PageChannel {
  const known = new Map<MessageEventSource, (message: FromHost) => void>();
  const remember = (source: MessageEventSource, answer: (message: FromHost) => void): void => {
    if (known.size >= WINDOWS) for (const one of known.keys()) if ("closed" in one && one.closed) known.delete(one);
    if (known.size < WINDOWS || known.has(source)) known.set(source, answer);
  };
  return {
    listen: (take) => {
      const hear = ({ data, origin, source }: MessageEvent<unknown>): void => {
        if (source === scope || !isOurs(data)) return;
        if (source === null) {
          take({ message: data, origin, channel: "opened", answer: null });
          return;
        }
        if (!("postMessage" in source)) return;
        // What has no origin cannot be answered: a sandboxed frame.
        if (origin === "null") {
          take({ message: data, origin, channel: "opened", window: source, answer: null });
          return;
        }
        const answer = (message: FromHost): void => {
          try {
            source.postMessage(message, { targetOrigin: origin });
          } catch {
            // The window is gone; nothing waits for the answer.
            known.delete(source);
          }
        };
        // Only a page that is answered is remembered.
        take({ message: data, origin, channel: "opened", window: source, answer: (message) => { remember(source, answer); answer(message); } });
      };
      scope.addEventListener("message", hear);
      return () => { scope.removeEventListener("message", hear); };
    },
    send: (message) => { for (const answer of known.values()) answer(message); },
  };
}

/** Pages that the extension taps; its content script in this page speaks for them. */
export function extensionChannel(scope: Window): PageChannel {
  const { origin } = scope.location;
  const post = (message: FromHost): void => { scope.postMessage({ extension: EXTENSION, to: "page", message }, origin); };
  return {
    listen: (take) => {
      const hear = ({ data, source, origin: from }: MessageEvent<unknown>): void => {
        if (source !== scope || from !== origin || !wrapped(data)) return;
        take({ message: data.message, origin: data.origin, channel: "extension", answer: post } satisfies Incoming);
      };
      scope.addEventListener("message", hear);
      return () => { scope.removeEventListener("message", hear); };
    },
    send: post,
  };
}

function wrapped(data: unknown): data is Wrapped {
  const read = Object(data) as Partial<Wrapped>;
  return read.extension === EXTENSION && read.to === "picture" && typeof read.origin === "string";
}

/** The channel to the sample shop's frame: a port that the frame is given with a secret. */
export class ShopFrameChannel implements PageChannel {
  #port: MessagePort | null = null;
  #take: ((heard: Incoming) => void) | null = null;

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

  listen(take: (heard: Incoming) => void): () => void {
    this.#take = take;
    if (this.#port !== null) this.#hear(this.#port);
    return () => { this.#take = null; };
  }

  send(message: FromHost): void {
    this.#port?.postMessage(message);
  }

  #invited(data: unknown, source: MessageEventSource | null): boolean {
    if (!isOurs(data) || data["kind"] !== FRAME || data["secret"] !== this.secret || source === null) return false;
    return "parent" in source && source.parent === this.scope;
  }

  /** What came before anybody listened has waited in the port. */
  #hear(port: MessagePort): void {
    const answer = (message: FromHost): void => { port.postMessage(message); };
    port.onmessage = ({ data }: MessageEvent<unknown>) => { this.#take?.({ message: data, origin: this.scope.location.origin, channel: "tab", answer }); };
  }
}
