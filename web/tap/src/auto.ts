/** `/tap.js`: one script tag, configured by its own attributes. */
import { safely } from "./safely.ts";
import { opener, otherTab } from "./channels.ts";
import { tap, type Tap } from "./tap.ts";

/** Starts a tap, or reuses the one that the extension has started. `data-realtime`: origins of
 * Realtime (the script's own if absent); `data-key`: further names of the SDK; several are
 * separated by spaces.
 */
export function start(script: HTMLScriptElement | null): Tap | undefined {
  return safely(() => {
    const origins = words(script?.dataset["realtime"] ?? script?.src).flatMap((url) => safely(() => new URL(url).origin) ?? []);
    const made = (globalThis.__dagnetRealtimeTap ??= tap({ keys: words(script?.dataset["key"]) }));
    made.speak(opener(origins));
    made.speak(otherTab());
    return made;
  });
}

function words(text: string | undefined): string[] {
  return text?.match(/\S+/g) ?? [];
}
