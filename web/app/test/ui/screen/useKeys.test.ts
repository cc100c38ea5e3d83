// @vitest-environment jsdom
import { describe, expect, it } from "vitest";
import { useKeys } from "../../../src/ui/screen/useKeys.ts";
import { batch, GRAPH, hello } from "../../support/page.ts";
import { rendered } from "../../support/render.tsx";

const press = (key: string) => document.body.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));

describe("listening to the keys", () => {
  it("PIC-40: each key acts on the page", () => {
    document.body.innerHTML = '<input id="filter">';
    const { store, engine, unmount } = rendered(useKeys);
    store.setState({ phase: "on", graph: GRAPH });
    engine.put({ kind: "on", session: "s1", position: "e:0", graph: GRAPH, lane: "remote" });
    engine.put({ kind: "frame", frame: hello });
    engine.put({ kind: "frame", frame: batch(0) });
    press(" ");
    expect(store.getState().paused).toBe(true);
    press(" ");
    press("f");
    expect(engine.state.follows).toEqual(["t"]);
    store.setState({ selected: "a" });
    press("Escape");
    expect([store.getState().selected, engine.state.follows]).toEqual([null, ["t"]]);
    press("Escape");
    expect(engine.state.follows).toEqual([]);
    press("c");
    expect(engine.light.node("a").count).toBe(0);
    press("?");
    expect(store.getState().overlay).toBe("help");
    press("t");
    expect(store.getState().overlay).toBe("table");
    press("Escape");
    expect(store.getState().overlay).toBeNull();
    press("d");
    expect(store.getState().kept.theme).toBe("light");
    press("/");
    expect(document.activeElement?.id).toBe("filter");
    unmount();
    press("d");
    expect(store.getState().kept.theme).toBe("light");
  });
});
