/** Copies the link to what is shown, and says what it will show. */
import { toast } from "../store/notices.ts";
import type { Store } from "../store/uiState.ts";

export async function copyLink(store: Store, link: string): Promise<void> {
  const past = store.getState().share !== "";
  try {
    await navigator.clipboard.writeText(link);
    toast(store, { what: "The link was copied.", meaning: past ? "While this session is on, it also shows what has happened since its beginning, to people who may follow." : "It shows what happens from the moment on when it is opened.", remedy: "", bad: false });
  } catch {
    toast(store, { what: "The browser did not let the link be copied.", meaning: link, remedy: "Copy it from here.", bad: true });
  }
}
