/** Whether something between the server and this page compresses answers, which may hold a stream back; our server does not. */
import type { Fetch } from "./http.ts";
import { STREAM, type Push } from "./roads.ts";

/** Listens to the answers of our own server's API. */
export class Packing {
  /** The coding that the last answer came in, such as "gzip"; "" if it came as it was sent. */
  coding = "";

  /** The same requests, whose answers are looked at. */
  hearing(fetcher: Fetch): Fetch {
    return async (url, init) => {
      const answer = await fetcher(url, init);
      const coding = answer.headers.get("content-encoding") ?? "";
      this.coding = coding === "identity" ? "" : coding;
      return answer;
    };
  }

  /** The stream, which says why it does not get through if this can be the reason. */
  stream(): Push {
    const because = (): string => this.coding;
    return {
      ...STREAM,
      get deaf() {
        const coding = because();
        if (coding === "") return STREAM.deaf;
        return `A proxy compresses answers (${coding}) and holds streams back, so this tab asks every moment instead. Let it leave text/event-stream as it is.`;
      },
    };
  }
}
