/** The worker's side of the layout: an arrangement in, boxes out. */
import { arrange, type Arrangement } from "./layout.ts";

self.onmessage = (message: MessageEvent<Arrangement>) => {
  self.postMessage(arrange(message.data));
};
