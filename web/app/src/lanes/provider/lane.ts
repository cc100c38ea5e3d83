/** The remote lane where a provider carries the frames: the same lane, with another road in the place of the stream. */
import type { ServerApi } from "../api.ts";
import { RemoteLane } from "../remote.ts";
import type { Push } from "../roads.ts";
import type { Slots } from "../slots.ts";
import type { World } from "../world.ts";
import { FunctionLane, type Listening } from "./function.ts";
import type { Subscribe } from "./socket.ts";

/** A provider's socket is another origin's connection: it takes no stream's place. */
const EVERYBODY: Slots = { take: () => Promise.resolve({ release: () => undefined }) };

/** Loads the client of the provider with the first subscription. */
const lazily: Subscribe = async (...asked) => (await import("./socket.ts")).subscribe(...asked);

/** A lane that goes by the provider while that works, by poll while it does not. */
export function providerLane(api: ServerApi, session: string, position: string, world: World, subscribe: Subscribe = lazily): RemoteLane {
  const push: Push = {
    transport: "provider",
    deaf: "The provider does not bring frames, so this tab asks the server every moment instead.",
    travel: async (from, watched, after, ear, signal) => {
      const { ProviderRoad } = await import("./road.ts");
      return new ProviderRoad({ api: from, session: watched, after, ear, signal }, world, subscribe).travel();
    },
  };
  return new RemoteLane(api, session, position, EVERYBODY, world, push);
}

/** A lane that hears what a function in Segment publishes. */
export function functionLane(listening: Listening, world: World, subscribe: Subscribe = lazily): FunctionLane {
  return new FunctionLane(listening, world, subscribe);
}
