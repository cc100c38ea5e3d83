/** Beside the page, in the extension's own world: carries what the tap says to the worker, and back. */
import { connect } from "./connect.ts";
import { PAGE, PORT } from "./words.ts";

const { port1, port2 } = new MessageChannel();
const worker = connect(PAGE, (message) => { port1.postMessage(message); });
port1.onmessage = ({ data }) => { worker(data); };
if (location.origin !== "null") window.postMessage(PORT, location.origin, [port2]);
