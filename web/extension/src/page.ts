/** In the page's own world, before any of its scripts: the tap. It reports over a port that the content script hands it. */
import { overPort } from "@dagnet-realtime/tap/sinks";
import { tap } from "@dagnet-realtime/tap/tap";
import { PORT } from "./words.ts";

const listening = (globalThis.__dagnetRealtimeTap ??= tap());

window.addEventListener(
  "message",
  (event) => {
    const [port] = event.ports;
    if (event.source !== window || event.data !== PORT || !port) return;
    // The page must not get hold of the port.
    event.stopImmediatePropagation();
    listening.speak(overPort(port));
  },
  { capture: true },
);
