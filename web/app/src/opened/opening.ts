/** Opens workspaces in a page without a server: what was given, a share link, the sample; and again after a reload. */
import { Refusal } from "../lanes/http.ts";
import { take, type TabShelf } from "../store/keep.ts";
import { BARE, told, toast } from "../store/notices.ts";
import type { Keeping } from "../store/keeping.ts";
import { choose, same, written } from "../store/places.ts";
import { remember } from "../store/remember.ts";
import { show } from "../store/start.ts";
import type { Parts, Watch } from "../store/watch.ts";
import type { Chest, Kept } from "./chest.ts";
import { read, type Candidate } from "./gather.ts";
import { settle, type Given } from "./settle.ts";
import { errorsOf, type OpenedShelf } from "./shelf.ts";

const NOTHING = new Refusal("invalid", "There is no DagNet graph in what you gave.", "A graph is a .json file in a folder graphs/.", "Drop the folder that holds graphs/, events/ and nodes/.");

export class Opening {
  #kept: Kept | null = null;

  constructor(
    private readonly parts: Parts,
    private readonly watch: Watch,
    private readonly shelf: OpenedShelf,
    private readonly chest: Chest,
    private readonly keeping: Keeping,
  ) {}

  /** What a page begins with: the graph in its own address, else what was opened here last, with what this tab had collected before it was reloaded. */
  async begin(address: string, wish: string, tab: TabShelf | null): Promise<void> {
    const { store, world } = this.parts;
    const session = take(tab, world.now());
    const kept: Kept | null = /[?#&]data=/.test(address) ? { kind: "link", link: address } : await this.chest.take();
    if (kept === null) {
      store.setState({ phase: "off", place: null, graph: null });
      return;
    }
    await this.#open(kept, session === null ? wish : written(session.place), session === null);
    const { graph, place } = store.getState();
    if (session !== null && graph !== null && place !== null && same(session.place, place)) this.watch.again(session);
  }

  async give(candidates: AsyncIterable<Candidate> | Iterable<Candidate>): Promise<void> {
    const { files, left } = await read(candidates);
    const settled = settle(files, this.#given());
    if (settled === null) {
      this.#refuse(left.length > 0 ? new Refusal("invalid", NOTHING.title, left.join(" "), NOTHING.remedy) : NOTHING);
      return;
    }
    await this.#open({ kind: "files", given: { title: settled.title, files: settled.files } });
    const beside = settled.beside.length > 0 ? [`Beside it there is ${settled.beside.join(", ")}: drop it by itself to see it.`] : [];
    this.#warn([...left, ...beside].join(" "));
  }

  async link(link: string): Promise<void> {
    await this.#open({ kind: "link", link });
  }

  async sample(): Promise<void> {
    const { sample } = await import("./sample.ts");
    await this.#open({ kind: "files", given: sample() });
  }

  /** Closes what is open, and forgets it. */
  async close(): Promise<void> {
    const { store, engine } = this.parts;
    if (store.getState().phase === "on") await this.watch.off();
    this.#kept = null;
    this.shelf.empty();
    engine.reset();
    store.setState({ phase: "off", workspaces: [], linked: false, place: null, graph: null, selected: null, trace: "", notice: null });
    await this.chest.clear();
  }

  /** From disk: keeps what is open and how the page is set up, from now on; or forgets it all, and keeps nothing. The control changes when the browser has done so. */
  async keep(wanted: boolean): Promise<void> {
    const { store } = this.parts;
    if (wanted) {
      this.keeping.begin();
      remember(this.keeping.lasting, store.getState().kept);
      if (this.#kept !== null) await this.chest.put(this.#kept);
    } else await this.keeping.end();
    store.setState({ keeping: this.keeping.asked });
  }

  #given(): Given | null {
    return this.#kept?.kind === "files" ? this.#kept.given : null;
  }

  async #open(kept: Kept, wish = "", eager = true): Promise<void> {
    const { store, api } = this.parts;
    try {
      const found = await this.shelf.take(kept);
      if (store.getState().phase === "on") await this.watch.off();
      this.#kept = kept;
      const [me, workspaces] = await Promise.all([api.me(), api.workspaces()]);
      const before = store.getState().place;
      const place = choose(workspaces, [wish, before === null ? "" : written(before), store.getState().kept.place]);
      if (place === null) throw NOTHING;
      store.setState({ me, workspaces, linked: kept.kind === "link" });
      await show(this.parts, place);
      this.#warn(found.errors.length > 0 ? errorsOf(found) : "");
      if (kept.kind === "link") toast(store, { what: BARE, meaning: "A node lights if an event has that very name.", remedy: "Drop the repository’s folder to have the names that its definitions give.", bad: false });
      await this.chest.put(kept);
      const { graph } = store.getState();
      if (eager && graph !== null) await this.watch.on(place, graph);
    } catch (error) {
      this.#refuse(error);
    }
  }

  #refuse(error: unknown): void {
    const { store } = this.parts;
    const shown = store.getState().graph !== null;
    const notice = told(error, shown ? "What was open stays open." : "");
    if (shown) toast(store, notice);
    else store.setState({ phase: "off", notice });
  }

  #warn(said: string): void {
    if (said !== "") toast(this.parts.store, { what: said, meaning: "Everything else is open.", remedy: "", bad: true });
  }
}
