/** The roads of a browser: its BroadcastChannel, and the messages of its window, our own extension's among them. */
import { CHANNEL, isOurs, type FromHost } from "@dagnet-realtime/tap/protocol";
import { ShopFrameRoad } from "./frame.ts";
import type { Heard, Road } from "./road.ts";

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
export function roadsOf(scope: Window, disk: boolean, secret: () => string): { readonly roads: readonly Road[]; readonly frame: ShopFrameRoad | null } {
  if (!disk) return { roads: [tabs(), windows(scope), extension(scope)], frame: null };
  const frame = new ShopFrameRoad(scope, secret());
  return { roads: [frame], frame };
}

/** Other tabs of this origin. */
export function tabs(): Road {
  const channel = new BroadcastChannel(CHANNEL);
  const post = (message: FromHost): void => { channel.postMessage(message); };
  return {
    listen: (take) => {
      const hear = ({ data }: MessageEvent<unknown>): void => { take({ message: data, origin: window.location.origin, road: "tab", answer: post }); };
      channel.addEventListener("message", hear);
      return () => { channel.removeEventListener("message", hear); };
    },
    call: post,
  };
}

/** Pages that this tab opened, and their frames. They are answered at their own origin, whoever stands there by then; `*` is never written. What a page posts
 * while it navigates away comes without its window, and from its origin all the same. */
export function windows(scope: Window): Road {
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
          take({ message: data, origin, road: "opened", answer: null });
          return;
        }
        if (!("postMessage" in source)) return;
        // What has no origin cannot be answered: a sandboxed frame.
        if (origin === "null") {
          take({ message: data, origin, road: "opened", window: source, answer: null });
          return;
        }
        const answer = (message: FromHost): void => {
          try {
            source.postMessage(message, { targetOrigin: origin });
          } catch {
            // The window is gone; nobody waits for the answer.
            known.delete(source);
          }
        };
        // Only whoever is answered is remembered.
        take({ message: data, origin, road: "opened", window: source, answer: (message) => { remember(source, answer); answer(message); } });
      };
      scope.addEventListener("message", hear);
      return () => { scope.removeEventListener("message", hear); };
    },
    call: (message) => { for (const answer of known.values()) answer(message); },
  };
}

/** Pages that the extension taps; its content script in this page speaks for them. */
export function extension(scope: Window): Road {
  const { origin } = scope.location;
  const post = (message: FromHost): void => { scope.postMessage({ extension: EXTENSION, to: "page", message }, origin); };
  return {
    listen: (take) => {
      const hear = ({ data, source, origin: from }: MessageEvent<unknown>): void => {
        if (source !== scope || from !== origin || !wrapped(data)) return;
        take({ message: data.message, origin: data.origin, road: "extension", answer: post } satisfies Heard);
      };
      scope.addEventListener("message", hear);
      return () => { scope.removeEventListener("message", hear); };
    },
    call: post,
  };
}

function wrapped(data: unknown): data is Wrapped {
  const read = Object(data) as Partial<Wrapped>;
  return read.extension === EXTENSION && read.to === "picture" && typeof read.origin === "string";
}
