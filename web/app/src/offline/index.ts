/** Everything that only a page without a server loads. */

/** Everything that only a page without a server loads. */
export { openWorkspaceStore } from "./workspaceStore.ts";
export { OfflineController } from "./controller.ts";
export { OfflineApi } from "./offlineApi.ts";
