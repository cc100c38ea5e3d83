/** The first moments of a page: who am I, what is there, which graph, and was this tab watching before it was reloaded. */
import type { Place } from "../lanes/api.ts";
import { take, type TabShelf } from "./keep.ts";
import { toast, told } from "./notices.ts";
import { choose, read, same, written } from "./places.ts";
import type { Parts, Watch } from "./watch.ts";

/** Reads everything and shows the graph; goes on with a kept session, or turns On by itself where `eager`. */
export async function start(parts: Parts, watch: Watch, shelf: TabShelf | null, address: string, eager: boolean): Promise<void> {
  const { store, api, world } = parts;
  store.setState({ phase: "starting", notice: null });
  try {
    const [me, workspaces] = await Promise.all([api.me(), api.workspaces()]);
    store.setState({ me, workspaces });
    const kept = take(shelf, world.now());
    const wishes = [address, kept ? written(kept.place) : "", store.getState().kept.place];
    const place = choose(workspaces, wishes);
    if (!place) {
      store.setState({ phase: "off", place: null, graph: null });
      return;
    }
    await show(parts, place);
    const graph = store.getState().graph;
    if (graph === null) return;
    if (address !== "" && !same(read(address), place)) strayed(parts, address, graph.title);
    if (kept && same(kept.place, place)) watch.again(kept);
    else if (eager || me.demo) await watch.on(place, graph);
    if (me.demo) await visitors(parts);
  } catch (error) {
    store.setState({ phase: "failed", notice: told(error, "Realtime cannot show anything until it knows who you are and what you may watch.") });
  }
}

/** The address names a graph that is not there: says so, rather than to show another one silently. */
function strayed({ store }: Parts, address: string, shown: string): void {
  const meaning = `It may have been renamed or removed, or you may not watch it. “${shown}” is shown instead.`;
  toast(store, { what: `There is no graph “${read(address)?.graph ?? address}”.`, meaning, remedy: "", bad: true });
}

/** Loads and shows a graph, Off. */
export async function show(parts: Parts, place: Place): Promise<void> {
  const { store, api, engine } = parts;
  try {
    const graph = await api.graph(place);
    engine.reset();
    engine.put({ kind: "graph", graph });
    engine.put({ kind: "filter", text: store.getState().filter });
    store.setState({ place, graph, phase: "off", selected: null, way: null, pointed: null, trace: "", paused: false, notice: null });
  } catch (error) {
    store.setState({ place, graph: null, phase: "off", notice: told(error, `The graph “${read(written(place))?.graph ?? ""}” cannot be shown.`) });
  }
}

/** Whether simulated visitors walk already; a server without them has none. */
async function visitors({ store, api }: Parts): Promise<void> {
  const answer = await api.visitors().catch(() => null);
  store.setState({ visitors: answer === null ? null : answer.running ? answer.rate : 0 });
}
