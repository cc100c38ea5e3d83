import { describe, expect, it } from "vitest";
import { saveSession, restoreSession } from "../src/sessionSnapshot.ts";
import { batch, GRAPH, hello, PLACE, scene } from "../../app/test/support/page.ts";

function watched() {
  const made = scene();
  made.engine.dispatch({ kind: "on", session: "s1", position: "e:0", graph: GRAPH, lane: "remote" });
  made.engine.dispatch({ kind: "frame", frame: hello });
  made.engine.dispatch({ kind: "frame", frame: batch(0) });
  return made;
}

describe("a reload", () => {
  it("PIC-37: goes on within the lease, from where it stood", () => {
    const { engine, shelf } = watched();
    saveSession(shelf, "s1", PLACE, engine.state, 1000);
    const found = restoreSession(shelf, 60_000);
    expect(found).toMatchObject({ session: "s1", place: PLACE });
    expect(found?.state.position).toBe("e:1");
    expect(restoreSession(shelf, 60_000)).toBeNull();
  });

  it("PIC-37: a lease that has run out is not gone on with, nor is anything odd", () => {
    const { engine, shelf } = watched();
    saveSession(shelf, "s1", PLACE, engine.state, 1000);
    expect(restoreSession(shelf, 1000 + 6 * 60_000)).toBeNull();
    for (const odd of ["{", "null", '{"session":1}', '{"at":1,"state":"x"}']) {
      shelf.setItem("dagnet-realtime-session", odd);
      expect(restoreSession(shelf, 2)).toBeNull();
    }
    expect(restoreSession(null, 0)).toBeNull();
  });

  it("a full shelf keeps nothing rather than half", () => {
    const { engine, kept } = watched();
    const full = { getItem: () => null, removeItem: (key: string) => void kept.delete(key), setItem: () => { throw new DOMException("full", "QuotaExceededError"); } };
    saveSession(full, "s1", PLACE, engine.state, 0);
    expect(kept.size).toBe(0);
  });
});
