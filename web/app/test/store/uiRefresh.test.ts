import { describe, expect, it } from "vitest";
import { createUiRefresh } from "../../src/store/uiRefresh.ts";
import { batch, GRAPH, hello, scene } from "../support/page.ts";

describe("when React may look", () => {
  it("PIC-8: a thousand events between two turns are one look at rows, and numbers wait for the second", () => {
    const { engine, store } = scene();
    engine.dispatch({ kind: "on", session: "s1", position: "e:0", graph: GRAPH, lane: "remote" });
    engine.dispatch({ kind: "frame", frame: hello });
    const turn = createUiRefresh(store, engine);
    const looks = { rows: 0, numbers: 0 };
    store.subscribe((now, before) => {
      if (now.rowsTick !== before.rowsTick) looks.rows += 1;
      if (now.numbersTick !== before.numbersTick) looks.numbers += 1;
    });
    for (let event = 0; event < 1000; event += 1) engine.dispatch({ kind: "frame", frame: batch(event) });
    expect(looks).toEqual({ rows: 0, numbers: 0 });
    turn();
    expect(looks).toEqual({ rows: 1, numbers: 0 });
    for (let more = 0; more < 4; more += 1) turn();
    expect(looks).toEqual({ rows: 1, numbers: 1 });
  });
});
