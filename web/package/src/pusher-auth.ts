/** The entry `./pusher-auth`: who may subscribe to the function's channels, for a host's back end.
 * It runs there, not in browsers.
 */
export { nodeHandler, pusherAuth, type NodeRequest, type NodeResponse, type PusherAuthOptions, type WebHandler } from "../../client/src/pusherAuth.ts";
