/** The entry `./token`: viewer tokens for a host's back end. It runs there, not in browsers. */
export { mintViewerToken, type ViewerRole, type ViewerTokenOptions } from "../../client/src/viewerToken.ts";
