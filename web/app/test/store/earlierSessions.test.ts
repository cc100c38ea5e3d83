import { describe, expect, it } from "vitest";
import { type EarlierSession, EarlierSessions, KEPT_MS, mayKeep, MOST_BYTES } from "../../src/store/earlierSessions.ts";
import { SessionKeeper } from "../../src/store/sessionKeeper.ts";
import { memoryFactory } from "../support/chest.ts";
import { batch, GRAPH, hello, PLACE, scene } from "../support/page.ts";
import { settle } from "../../../client/test/support/environment.ts";

const DAY = 24 * 3600_000;
const kept = (id: string, more: Partial<EarlierSession> = {}): EarlierSession => ({ id, person: "ann", workspace: "shop", env: "demo", graph: "g", title: "Shop", role: "follow", undeleted: "T1", since: 0, until: 1, events: 1, bytes: 10, savedAt: 0, ...more });
const viewer = (more: object = {}, person = "ann") => ({ person, workspaces: [{ id: "shop", env: "demo", graphs: [], errors: [], sources: [], role: "follow", earlier_since: "T1", ...more }] });

describe("earlier sessions", () => {
  it("PIC-97: five, at most 50 MB together, the oldest go, each in the place of what was kept of it", async () => {
    const held = new Map<string, unknown>();
    const sessions = new EarlierSessions(() => memoryFactory(held));
    for (let n = 0; n < 7; n += 1) await sessions.save(kept(`s${n}`, { savedAt: n, until: n }), `log ${n}`);
    await sessions.save(kept("s3", { savedAt: 9, until: 9 }), "log 3 again");
    expect((await sessions.list(viewer(), 10)).map(({ id }) => id)).toEqual(["s3", "s6", "s5", "s4", "s2"]);
    expect([await sessions.read("s3"), await sessions.read("s1"), held.size]).toEqual(["log 3 again", null, 6]);
    await sessions.save(kept("large", { savedAt: 10, until: 10, bytes: MOST_BYTES - 15 }), "large");
    expect((await sessions.list(viewer(), 10)).map(({ id }) => id)).toEqual(["large", "s3"]);
    expect(sessions.problem).toBe("");
    await sessions.save(kept("larger", { savedAt: 11, until: 11, bytes: MOST_BYTES + 1 }), "larger");
    expect((await sessions.list(viewer(), 11)).map(({ id }) => id)).toEqual(["large", "s3"]);
    expect(sessions.problem).toBe("large");
    await sessions.save(kept("s3", { savedAt: 12, until: 12 }), "log 3");
    expect(sessions.problem).toBe("");
    await sessions.remove(({ id }) => id === "s3");
    await sessions.remove(() => true);
    expect([await sessions.list(viewer(), 11), [...held.keys()]]).toEqual([[], ["sessions"]]);
  });

  it("PIC-97: what may not be kept goes when it is looked at: old, another person's, of a lost role, or of a deletion since", async () => {
    expect(mayKeep(kept("a"), viewer(), KEPT_MS)).toBe(true);
    expect(mayKeep(kept("a"), viewer({ role: "administer" }), 0)).toBe(true);
    for (const [one, now] of [[viewer(), 7 * DAY + 1], [viewer({}, "joe"), 0], [viewer({ role: "watch" }), 0], [viewer({ role: null }), 0], [viewer({ earlier_since: "T2" }), 0], [viewer({ earlier_since: null }), 0], [{ person: "ann", workspaces: [] }, 0]] as const) {
      const held = new Map<string, unknown>();
      const sessions = new EarlierSessions(() => memoryFactory(held));
      await sessions.save(kept("a"), "log");
      expect(await sessions.list(one, now)).toEqual([]);
      expect(held).toEqual(new Map([["sessions", []]]));
    }
    const held = new Map<string, unknown>();
    const sessions = new EarlierSessions(() => memoryFactory(held));
    await sessions.save(kept("a"), "log");
    expect(await sessions.list(viewer({ earlier_since: undefined }), 0), "a server that does not say now").toEqual([]);
    expect(held.size).toBe(2);
  });

  it("PIC-97: a browser that forbids IndexedDB keeps nothing, nothing fails, and the list says so", async () => {
    const sessions = new EarlierSessions(() => undefined);
    expect(sessions.problem).toBe("");
    await sessions.save(kept("a"), "log");
    expect([sessions.problem, await sessions.list(viewer(), 0), await sessions.read("a")]).toEqual(["refused", [], null]);
  });
});

/** A page on, whose server lets it keep sessions. */
async function watched(summary: object = {}) {
  const listing = { id: "shop", env: "demo", graphs: [{ name: "g", title: "Shop", version: "v1", nodes: 2, edges: 1, can_light: 2 }], errors: [], sources: [], role: "follow", earlier_since: "T1", ...summary };
  const made = scene({ "GET /api/workspaces": { workspaces: [listing] } });
  const held = new Map<string, unknown>();
  const keeper = new SessionKeeper(made.context, () => memoryFactory(held), undefined);
  Object.assign(made.context, { earlier: () => Promise.resolve(keeper) });
  made.store.setState({ graphRef: PLACE, graph: GRAPH, phase: "off", workspaces: [listing], me: { person: "ann", access: "local", can: [], demo: false, version: "0" } });
  keeper.start();
  await made.actions.toggle();
  await settle();
  await made.streams[0]!.send(hello);
  await made.streams[0]!.send(batch(0));
  return { ...made, held, keeper, listing };
}

describe("keeping the session that is watched", () => {
  it("PIC-97: Off leaves it, without what was revealed, and not while it is watched", async () => {
    const { actions, environment, keeper, streams } = await watched();
    await environment.advance(3000);
    await streams[0]!.send({ ...batch(1), events: [{ ...batch(1).events[0]!, revealed: { userId: "anna" } }] });
    await environment.advance(30_000);
    expect(await keeper.list()).toEqual([]);
    await actions.toggle();
    await settle();
    expect(await keeper.list()).toMatchObject([{ id: "s1", events: 2, title: "Shop", undeleted: "T1" }]);
    expect(await keeper.sessions.read("s1")).not.toContain("anna");
  });

  it("PIC-97: a deletion takes all that was kept of the workspace, also by a page that was closed", async () => {
    const { actions, answers, environment, held, keeper, listing, streams } = await watched();
    await environment.advance(3000);
    await keeper.sessions.save(kept("old", { savedAt: environment.now() }), "log");
    expect(await keeper.list()).toHaveLength(1);
    answers["GET /api/workspaces"] = { workspaces: [{ ...listing, earlier_since: "T2" }] };
    await streams[0]!.send({ op: "forget", tokens: ["t"] });
    await settle();
    expect(await keeper.list()).toEqual([]);
    await actions.toggle();
    await settle();
    expect(held.get("session s1"), "until the deletion is known to have reached what was collected").toBeUndefined();
  });

  it("PIC-97: after a deletion a session stays to be kept, unless a gap may have hidden another one", async () => {
    for (const gap of [false, true]) {
      const { actions, answers, environment, held, keeper, listing, streams } = await watched();
      await environment.advance(3000);
      if (gap) {
        await streams[0]!.send({ op: "gap", from: "e:1", to: "e:4", missed: 3, reason: "slow" });
        keeper.saveNow();
        actions.clear();
      }
      answers["GET /api/workspaces"] = { workspaces: [{ ...listing, earlier_since: "T2" }] };
      await streams[0]!.send({ op: "forget", tokens: ["t"] });
      await environment.advance(3000);
      await streams[0]!.send(batch(gap ? 4 : 1));
      await actions.toggle();
      await settle();
      expect(held.has("session s1"), gap ? "after a gap" : "without one").toBe(!gap);
    }
  });

  it("PIC-97: if the server forbids it nothing is kept; signing out and a lost role leave nothing", async () => {
    for (const earlier_since of [null, undefined]) {
      const { actions, environment, held } = await watched({ earlier_since });
      await environment.advance(3000);
      await actions.toggle();
      await settle();
      expect(held.has("session s1")).toBe(false);
    }
    const out = await watched();
    await out.environment.advance(3000);
    await out.environment.advance(30_000);
    expect(out.held.has("session s1")).toBe(true);
    await out.actions.signOut();
    await settle();
    expect([...out.held.keys()]).toEqual(["sessions"]);
    const lost = await watched();
    await lost.environment.advance(3000);
    lost.keeper.saveNow();
    await settle();
    expect(lost.held.has("session s1")).toBe(true);
    lost.answers["GET /api/workspaces"] = { workspaces: [] };
    await lost.streams.at(-1)!.send({ op: "bye", reason: "you may no longer watch this", retry_after: null });
    await settle();
    await lost.keeper.list();
    expect([...lost.held.keys()]).toEqual(["sessions"]);
  });
});
