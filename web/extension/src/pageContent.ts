/** Content script beside a tapped page, in the extension's own world: forwards messages between tap
 * and worker.
 */
import { connect } from "./connect.ts";
import { PAGE, PORT } from "./constants.ts";

const { port1, port2 } = new MessageChannel();
const worker = connect(PAGE, (message) => { port1.postMessage(message); });
// A port delivers later, which is too late for a closing page: the tap's messages come by a
// synchronous event, under a name that only the tap knows.
const by = crypto.getRandomValues(new Uint32Array(4)).join();
window.addEventListener(by, ({ detail }: CustomEventInit<unknown>) => { worker(JSON.parse(String(detail))); });
port1.onmessage = ({ data }) => { worker(data); };
port1.postMessage({ by });
if (location.origin !== "null") window.postMessage(PORT, location.origin, [port2]);
