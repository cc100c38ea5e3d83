/** "Save as expectation": what was seen, as a file that `dagnet-realtime expect` judges runs by. */
import { isProblem } from "@dagnet-realtime/engine/problem";
import { download } from "@dagnet-realtime/react/download";
import type { App } from "../hooks.ts";
import { toast, toNotice } from "../store/notices.ts";

const NOT_SAVED = "The expectation was not saved.";

/** Saves the file that the trace of `token` meets, or everything since On if it is null. The file
 * is made of the session log, so that the log that is saved meets it.
 */
export async function saveExpectation({ engine, store }: Pick<App, "engine" | "store">, token: string | null): Promise<void> {
  try {
    const [{ writeSessionLog }, { record, runOfLog }] = await Promise.all([import("@dagnet-realtime/engine/sessionLogFile"), import("@dagnet-realtime/expect/record")]);
    const run = runOfLog(writeSessionLog(engine.state));
    const text = isProblem(run) ? run : record(run, token);
    if (isProblem(text)) toast(store, { what: text.title, meaning: [NOT_SAVED, text.detail].join(" "), remedy: "", bad: true });
    else download(`${engine.state.graph?.name ?? "graph"}${token === null ? "" : "-trace"}.yaml`, text, "application/yaml");
  } catch (error) {
    toast(store, toNotice(error, NOT_SAVED));
  }
}
