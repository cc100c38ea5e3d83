/** Whether the sample shop is offered and shown. */
import type { Preferences } from "../../store/preferences.ts";
import type { UiState } from "../../store/uiState.ts";

/** The demo's server has the shop; so has every copy of the interface that stands alone. */
export function isShopOffered({ me, serverless }: Pick<UiState, "me" | "serverless">): boolean {
  return serverless || (me?.demo ?? false);
}

/** Narrower than this the details make room for the graph when the shop comes. */
const ROOMY = 1600;

/** What changes on the screen when the shop comes. */
export function shopOpened(width: number): Partial<Preferences> {
  return width < ROOMY ? { shop: "open", sideOpen: false } : { shop: "open" };
}

/** The user's choice; without one the demo opens it, and a page without a server does not. */
export function isShopShown(ui: Pick<UiState, "me" | "serverless" | "preferences">): boolean {
  return isShopOffered(ui) && (ui.preferences.shop === "" ? !ui.serverless : ui.preferences.shop === "open");
}
