/** The worker's side of the fallback layout: an arrangement in, boxes out. */
import { arrange, type Arrangement } from "./arrange.ts";

self.onmessage = (message: MessageEvent<Arrangement>) => {
  self.postMessage(arrange(message.data));
};
