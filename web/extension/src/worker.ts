/** Worker that connects tapped pages and Realtime tabs. It stores nothing: a page that it has
 * forgotten is known again by its next message.
 */
import { MAGIC, type PageBye } from "@dagnet-realtime/tap/protocol";
import { PAGE, PICTURE } from "./constants.ts";

const pages = new Map<ChromePort, string>();
const pictures = new Set<ChromePort>();

chrome.runtime.onConnect.addListener((port) => {
  if (port.name === PICTURE) picture(port);
  else if (port.name === PAGE) page(port);
});

/** `origin` comes from Chromium, not from the page. */
function page(port: ChromePort): void {
  pages.set(port, "");
  const broadcast = (message: unknown): void => { for (const one of pictures) one.postMessage({ origin: port.sender?.origin ?? "", message }); };
  port.onMessage.addListener((message) => {
    pages.set(port, idOf(message));
    broadcast(message);
  });
  port.onDisconnect.addListener(() => {
    const id = pages.get(port);
    pages.delete(port);
    // However the page ended, nothing more comes of it through this port.
    if (id) broadcast({ dagnet: MAGIC, kind: "bye", page: id, session: "", told: 0, end: 0 } satisfies PageBye);
  });
}

function picture(port: ChromePort): void {
  pictures.add(port);
  port.onMessage.addListener((message) => {
    const to = idOf(message);
    for (const [one, id] of pages) if (to === "" || id === to) one.postMessage(message);
  });
  port.onDisconnect.addListener(() => { pictures.delete(port); });
}

function idOf(message: unknown): string {
  const { page: id } = Object(message) as { page?: unknown };
  return typeof id === "string" ? id : "";
}
