// @vitest-environment jsdom
import { describe, expect, it, vi } from "vitest";
import { commandsOf } from "../../../src/ui/search/commands.ts";
import { entriesOf, type Kind, search } from "../../../src/ui/search/entries.ts";
import { fold } from "../../../src/ui/search/ranking.ts";
import { moved } from "../../../src/ui/search/Search.tsx";
import { batch, GRAPH, hello, PLACE, scene } from "../../support/page.ts";

function page() {
  const made = scene();
  const controls = { fit: vi.fn(), activeOnly: () => false, setActiveOnly: vi.fn(), goTo: vi.fn() };
  const app = { ...made, picture: { current: controls } };
  made.store.setState({ phase: "on", graph: GRAPH, graphRef: PLACE, workspaces: [{ id: "shop", env: "demo", graphs: [{ name: "g", title: "Shop", version: "v1", nodes: 2, edges: 1, can_light: 2 }], errors: [], sources: [] }] });
  made.engine.dispatch({ kind: "on", session: "s1", position: "e:0", graph: GRAPH, lane: "remote" });
  made.engine.dispatch({ kind: "frame", frame: hello });
  made.engine.dispatch({ kind: "frame", frame: batch(0) });
  made.engine.dispatch({ kind: "frame", frame: batch(1, "m1", [], "stray_name") });
  const all = () => ({ ...entriesOf(app, {}), command: commandsOf(app, {}) });
  const find = (query: string) => search(all(), query, app, {});
  const choose = (query: string) => { find(query)[0]?.entries[0]?.run(); };
  return { ...app, controls, all, find, choose };
}

describe("what the search finds", () => {
  it("PIC-101: nodes by label or event, which are selected and gone to", () => {
    const { choose, store, controls } = page();
    choose("basket");
    expect([store.getState().selected, controls.goTo.mock.lastCall]).toEqual(["b", ["b"]]);
    choose("landing");
    expect(store.getState().selected).toBe("a");
  });

  it("PIC-101: traces by name, token or what they did, which are followed", () => {
    const { find, engine } = page();
    const trace = find("at landing").find(({ kind }) => kind === "trace")?.entries[0];
    trace?.run();
    expect(engine.state.follows).toEqual(["t"]);
    expect(find("anonymousId t").some(({ kind }) => kind === "trace")).toBe(true);
  });

  it("PIC-101: names of events, mapped or not, which are shown alone", () => {
    const { find, store } = page();
    expect(find("stray")[0]).toMatchObject({ kind: "event", entries: [{ title: "stray_name", says: "unmapped, 1× · show these alone" }] });
    find("see_b").find(({ kind }) => kind === "event")?.entries[0]?.run();
    expect(store.getState().filter).toBe("event:see_b");
  });

  it("PIC-101: graphs, and commands in the words of the state", () => {
    const { find, choose, store, controls, actions } = page();
    expect(find("shop")[0]).toMatchObject({ kind: "graph", entries: [{ title: "Shop", says: "shop · demo · shown" }] });
    choose("pause");
    expect(store.getState().paused).toBe(true);
    expect(find("pause")[0]?.entries[0]?.title).toBe("Resume");
    choose("fit");
    choose("active only");
    expect([controls.fit.mock.calls.length, controls.setActiveOnly.mock.lastCall]).toEqual([1, [true]]);
    choose("light theme");
    expect(store.getState().preferences.theme).toBe("light");
    choose("help");
    expect(store.getState().overlay).toBe("help");
    actions.overlay(null);
    expect(find("nothing of this kind")).toEqual([]);
  });

  it("PIC-101: without a query, what can be done", () => {
    const { find } = page();
    const [first] = find("  ");
    expect(first?.kind).toBe("command");
    const titles = first?.entries.map(({ title }) => title) ?? [];
    for (const title of ["Turn Realtime off", "Pause", "Clear", "Follow the latest trace", "Fit the graph", "Active only", "Save log", "Open log…", "Use the light theme"]) expect(titles).toContain(title);
    expect(new Set(titles).size).toBe(titles.length);
  });

  it("PIC-101: arrows lead through all groups and round the ends", () => {
    expect([moved("ArrowDown", 0, 3), moved("ArrowDown", 2, 3), moved("ArrowUp", 0, 3), moved("PageDown", 0, 30), moved("PageUp", 3, 30), moved("x", 0, 3), moved("ArrowDown", -1, 0)]).toEqual([1, 0, 2, 8, 0, null, null]);
  });

  it("PIC-101: a group says how many it leaves out, and leaves nothing out when it is asked for whole", () => {
    const { all, actions, engine } = page();
    const many = Array.from({ length: 200 }, (_, n) => ({ id: `n${n}`, kind: "node" as const, title: `Node ${n}`, says: "", fields: [fold(`Node ${n}`)], run: () => undefined }));
    const found = (query: string, whole: ReadonlySet<Kind>) => search({ ...all(), node: many }, query, { actions, engine }, {}, whole).filter(({ kind }) => kind === "node").map(({ entries, more }) => [entries.length, more]);
    expect([found("node", new Set()), found("node", new Set(["node"]))]).toEqual([[[12, 188]], [[200, 0]]]);
    expect([found("", new Set()), found("", new Set(["node"]))]).toEqual([[[5, 195]], [[200, 0]]]);
  });
});
