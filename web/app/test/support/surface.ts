/** The parts of the program that the tests of the public surface drive: the only place that says where they are. */
export { Api } from "@dagnet-realtime/client/api";
export { RemoteTransport } from "@dagnet-realtime/client/transport/remoteTransport";
export { lockSlots } from "@dagnet-realtime/client/transport/streamSlots";
export { extensionChannel } from "@dagnet-realtime/client/transport/tap/channels";
export { openWorkspaceStore } from "../../src/offline/workspaceStore.ts";
export { withPageSecret } from "../../src/pageSecret.ts";
export { BrowserStorage } from "../../src/store/browserStorage.ts";
export { TapController } from "../../src/store/tapController.ts";
export { recall as shopRecall, remember as shopRemember } from "../../../shop/src/shelf.ts";

/** The extension's content script in Realtime's page, begun anew. It has types of its own, so its address is not followed by those of this package. */
export const pictureScript = (): Promise<unknown> => import(/* @vite-ignore */ new URL("../../../extension/src/hostContent.ts", import.meta.url).href);
