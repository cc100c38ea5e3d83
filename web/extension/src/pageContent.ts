/** Beside the page, in the extension's own world: carries what the tap says to the worker, and back. */
import { connect } from "./connect.ts";
import { PAGE, PORT } from "./constants.ts";

const { port1, port2 } = new MessageChannel();
const worker = connect(PAGE, (message) => { port1.postMessage(message); });
// A port delivers later, and a page that leaves has no later: what the tap says comes by an event at once, under a name that only the tap is told.
const by = crypto.getRandomValues(new Uint32Array(4)).join();
window.addEventListener(by, ({ detail }: CustomEventInit<unknown>) => { worker(JSON.parse(String(detail))); });
port1.onmessage = ({ data }) => { worker(data); };
port1.postMessage({ by });
if (location.origin !== "null") window.postMessage(PORT, location.origin, [port2]);
