/** The tap in the page's own world, before any of its scripts. It reports to the content script
 * beside it, which gives it a port.
 */
import type { Sink } from "@dagnet-realtime/tap/reporter";
import { tap } from "@dagnet-realtime/tap/tap";
import { PORT } from "./constants.ts";

const listening = (globalThis.__dagnetRealtimeTap ??= tap());
// As they are before the page's own scripts: what is said is none of theirs to read.
const Said = CustomEvent;
const dispatch = window.dispatchEvent.bind(window);

/** Receives over the port, and sends by events whose name came over it; until then over the port,
 * too.
 */
function beside(port: MessagePort): Sink {
  return (onMessage) => {
    let by = "";
    port.onmessage = ({ data }: MessageEvent<{ by?: unknown }>) => {
      if (typeof data.by === "string") by = data.by;
      else onMessage(data);
    };
    return {
      post: (message) => {
        if (by) dispatch(new Said(by, { detail: JSON.stringify(message) }));
        else port.postMessage(message);
      },
      close: () => { port.close(); },
    };
  };
}

window.addEventListener(
  "message",
  (event) => {
    const [port] = event.ports;
    if (event.source !== window || event.data !== PORT || !port) return;
    // The page must not get hold of the port.
    event.stopImmediatePropagation();
    listening.speak(beside(port));
  },
  { capture: true },
);
