/** Channels from a page to Realtime: the same page, another tab of the same origin, the tab that
 * opened this one, the extension.
 */
import { safely } from "./safely.ts";
import type { Sink } from "./reporter.ts";
import { CHANNEL, FRAME, type FromPage, MAGIC, type Report, type Rules } from "./protocol.ts";

/** The same page: `take` receives every report, already redacted by `rules`. */
export function samePage(receive: (report: Report) => void, rules: Rules): Sink {
  return (onMessage) => {
    const session = "same-page";
    const answer = (message: object): void => { onMessage({ dagnet: MAGIC, session, ...message }); };
    return {
      post: (message: FromPage) => {
        if (message.kind === "hello") answer({ kind: "welcome", page: message.page, nonce: message.nonce, rules });
        if (message.kind !== "report") return;
        receive(message);
        answer({ kind: "ack", page: message.page, to: message.to });
      },
      close: () => undefined,
    };
  };
}

/** Other tabs of the same origin. None for a page from disk: every HTML file of the machine could
 * listen and answer.
 */
export function otherTab(): Sink {
  return (onMessage) => {
    if (location.protocol === "file:") return { post: () => undefined, close: () => undefined };
    const channel = new BroadcastChannel(CHANNEL);
    channel.onmessage = ({ data }) => { onMessage(data); };
    return { post: (message) => { channel.postMessage(message); }, close: () => { channel.close(); } };
  };
}

/** The Realtime tab that opened this page, or the page that contains this frame, if its origin is
 * one of `origins`: no other receives a message or is listened to. The reference is kept from now
 * on: pages clear their opener on purpose.
 */
export function opener(origins: readonly string[]): Sink {
  return (onMessage) => {
    const to = (window.top ?? window).opener as Window | null;
    const listen = ({ source, origin, data }: MessageEvent): void => {
      if (to && source === to && origins.includes(origin)) onMessage(data);
    };
    addEventListener("message", listen);
    return {
      post: (message) => {
        // The browser delivers only to the origin that is named.
        if (to && !to.closed) for (const origin of origins) safely(() => { to.postMessage(message, origin); });
      },
      close: () => { removeEventListener("message", listen); },
    };
  };
}

/** The page that contains this frame, if its `address` has that page's secret: it receives a port
 * with the secret, and nothing else is posted to any window.
 */
export function parent(address: Location): Sink {
  return (onMessage) => {
    const secret = new URLSearchParams(address.search).get(FRAME);
    const { port1, port2 } = new MessageChannel();
    // A page from disk has no origin that could be named; without the secret's owner there the port
    // leads nowhere.
    if (secret !== null) window.parent.postMessage({ dagnet: MAGIC, kind: FRAME, secret }, "*", [port2]);
    return overPort(port1)(onMessage);
  };
}

/** A port from elsewhere: the extension's. */
export function overPort(port: MessagePort): Sink {
  return (onMessage) => {
    port.onmessage = ({ data }) => { onMessage(data); };
    return { post: (message) => { port.postMessage(message); }, close: () => { port.close(); } };
  };
}
