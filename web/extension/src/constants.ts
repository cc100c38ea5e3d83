/** Names shared by the parts of the extension. */

/** Marks messages between the content script in Realtime's page and that page, which has the same
 * word.
 */
export const EXTENSION = "dagnet-realtime-extension/1";
/** Hands the tap its port to the content script beside it. */
export const PORT = "dagnet-realtime-extension/port";
/** Names of connections to the worker. */
export const PAGE = "page";
export const PICTURE = "picture";
