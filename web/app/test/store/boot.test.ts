import { describe, expect, it } from "vitest";
import { saveSession } from "@dagnet-realtime/client/sessionSnapshot";
import { showGraph, boot } from "../../src/store/boot.ts";
import { GRAPH, PLACE, scene } from "../support/page.ts";
import { settle } from "../../../client/test/support/environment.ts";

describe("the first moments", () => {
  it("shows the graph, Off", async () => {
    const made = scene();
    await boot(made, made.watch, made.shelf, "", false);
    expect(made.store.getState()).toMatchObject({ phase: "off", graphRef: PLACE, session: null });
    expect(made.store.getState().graph?.title).toBe("Shop");
  });

  it("the demo is On at once and offers its visitors", async () => {
    const made = scene({ "GET /api/me": { person: "you", access: "local", can: [], demo: true, version: "0" }, "GET /api/demo/visitors": { running: true, rate: 6 } });
    await boot(made, made.watch, made.shelf, "", false);
    await settle();
    expect(made.store.getState()).toMatchObject({ phase: "on", visitors: 6 });
  });

  it("PIC-37: a reloaded tab goes on with its session", async () => {
    const made = scene();
    made.engine.dispatch({ kind: "on", session: "s9", position: "e:0", graph: GRAPH, lane: "remote" });
    saveSession(made.shelf, "s9", PLACE, made.engine.state, made.environment.now());
    await boot(made, made.watch, made.shelf, "", false);
    expect(made.store.getState()).toMatchObject({ phase: "on", session: "s9" });
    expect(made.asked).not.toContain("POST /api/watch");
  });

  it("PIC-37: an address that names another graph goes there, and leaves the kept session", async () => {
    const there = { workspaces: [{ id: "shop", env: "demo", graphs: [GRAPH, { ...GRAPH, name: "h" }].map(({ name }) => ({ name, title: name, version: "", nodes: 1, edges: 0, can_light: 1 })), errors: [], sources: [] }] };
    const made = scene({ "GET /api/workspaces": there, "GET /api/workspaces/shop/demo/graphs/h": { ...GRAPH, name: "h" } });
    saveSession(made.shelf, "s9", PLACE, made.engine.state, made.environment.now());
    await boot(made, made.watch, made.shelf, "shop/demo/h", false);
    expect(made.store.getState()).toMatchObject({ phase: "off", session: null, graphRef: { graph: "h" }, toasts: [] });
  });

  it("WEB-12: an address that names no graph says so", async () => {
    const made = scene();
    await boot(made, made.watch, made.shelf, "shop/demo/gone", false);
    expect(made.store.getState()).toMatchObject({ graphRef: PLACE, toasts: [{ what: "There is no graph “gone”." }] });
  });

  it("WEB-12: signed out, it says what to do", async () => {
    const made = scene({ "GET /api/me": new Response("", { status: 401 }) });
    await boot(made, made.watch, made.shelf, "", false);
    expect(made.store.getState()).toMatchObject({ phase: "failed" });
    expect(made.store.getState().notice?.remedy).toContain("link");
  });

  it("PIC-51: no graph at all is a state of its own, and a graph that cannot be read says so", async () => {
    const none = scene({ "GET /api/workspaces": { workspaces: [] } });
    await boot(none, none.watch, none.shelf, "", false);
    expect(none.store.getState()).toMatchObject({ phase: "off", graphRef: null, graph: null });
    const gone = scene({ "GET /api/workspaces/shop/demo/graphs/g": new Response("{}", { status: 404 }) });
    await showGraph(gone, PLACE);
    expect(gone.store.getState().notice?.meaning).toContain("“g”");
  });
});
