/** What the parts of the extension call each other. */

/** Marks what the content script in Realtime's page and that page say to each other; the page has the same word. */
export const EXTENSION = "dagnet-realtime-extension/1";
/** Hands the tap its port to the content script beside it. */
export const PORT = "dagnet-realtime-extension/port";
/** Names of connections to the worker. */
export const PAGE = "page";
export const PICTURE = "picture";
