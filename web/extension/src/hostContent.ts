/** Content script in Realtime's own page: forwards messages of tapped pages, and Realtime's
 * answers.
 */
import { MAGIC } from "@dagnet-realtime/tap/protocol";
import { connect } from "./connect.ts";
import { EXTENSION, PICTURE } from "./constants.ts";

const { origin } = location;
const worker = connect(PICTURE, (message) => {
  if (origin !== "null") window.postMessage({ ...(message as object), extension: EXTENSION, to: "picture" }, origin);
});
window.addEventListener("message", ({ source, origin: from, data }) => {
  const { extension, to, message } = Object(data) as { extension?: unknown; to?: unknown; message?: unknown };
  if (source === window && from === origin && extension === EXTENSION && to === "page") worker(message);
});
worker({ dagnet: MAGIC, kind: "call" });
