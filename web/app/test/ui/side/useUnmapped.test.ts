// @vitest-environment jsdom
import { act } from "react";
import { expect, it } from "vitest";
import { useUnmapped } from "../../../src/ui/side/useUnmapped.ts";
import { batch, GRAPH, hello } from "../../support/page.ts";
import { rendered } from "../../support/render.tsx";

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });

it("unmapped names carry their rate, looked at once a second", () => {
  const { result, engine, store, world } = rendered(useUnmapped);
  engine.put({ kind: "on", session: "s1", position: "e:0", graph: GRAPH, lane: "remote" });
  engine.put({ kind: "frame", frame: hello });
  for (let second = 1; second <= 4; second += 1) {
    engine.put({ kind: "frame", frame: batch(second - 1, `u${second}`, [], "scroll") });
    world.time += 1000;
    act(() => { store.setState({ second }); });
  }
  expect(result.current.names).toMatchObject([{ name: "scroll", count: 4, rate: 1 }]);
});
