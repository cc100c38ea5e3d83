/**
 * The parts of the program that the tests of the public surface drive, and nothing else of it:
 * where they stand is said here alone.
 */
export { Api } from "../../src/lanes/api.ts";
export { proving } from "../../src/lanes/page.ts";
export { RemoteLane } from "../../src/lanes/remote.ts";
export { lockSlots } from "../../src/lanes/slots.ts";
export { extension } from "../../src/lanes/local/roads.ts";
export { chest } from "../../src/opened/chest.ts";
export { Keeping } from "../../src/store/keeping.ts";
export { Local } from "../../src/store/local.ts";
export { recall as shopRecall, remember as shopRemember } from "../../../shop/src/shelf.ts";

/**
 * The extension's content script in Realtime's page, begun anew. It has types of its own, so its
 * address is not one that this package's compiler follows.
 */
export const pictureScript = (): Promise<unknown> => import(/* @vite-ignore */ new URL("../../../extension/src/hostContent.ts", import.meta.url).href);
