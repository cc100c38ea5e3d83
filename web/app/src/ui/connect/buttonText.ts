/** The words on the button that opens the connect sheet, which comes with its own later. */
import type { TappedPage } from "@dagnet-realtime/client/transport/tap/pageRegistry";
import { plural } from "@dagnet-realtime/react/format";

/** The button's words: what matters of the local lane at a glance. */
export function connectButtonText(pages: Iterable<Pick<TappedPage, "present">>): string {
  const there = [...pages].filter((page) => page.present).length;
  return there === 0 ? "Connect" : plural(there, "page");
}
