import type { Frame } from "@dagnet-realtime/engine/wire.gen";
import { describe, expect, it } from "vitest";
import { batch } from "../../../app/test/support/page.ts";
import { Api } from "../../src/api.ts";
import { LagEstimator, RemoteTransport } from "../../src/transport/remoteTransport.ts";
import type { StreamSlots } from "../../src/transport/streamSlots.ts";
import type { ConnectionStatus } from "../../src/transport/transport.ts";
import { beat, FakeStream, FakeEnvironment, settle } from "../support/environment.ts";

describe("remote", () => {
  type Answer = (url: string, signal: AbortSignal | null | undefined) => Promise<Response>;

  function scene(answer: Answer | null = null, slots: StreamSlots = { acquire: () => Promise.resolve({ release: () => undefined }) }) {
    const environment = new FakeEnvironment();
    const streams: FakeStream[] = [];
    const asked: string[] = [];
    const frames: Frame[] = [];
    const states: ConnectionStatus[] = [];
    const ended: string[] = [];
    const stream: Answer = (_url, signal) => {
      const next = new FakeStream(signal);
      streams.push(next);
      return Promise.resolve(next.response);
    };
    const rule = { answer: answer ?? stream };
    const api = new Api((url, init) => {
      asked.push(url);
      return rule.answer(url, init?.signal);
    });
    const lane = new RemoteTransport(api, "s", "p0", slots, environment);
    lane.start({ frame: (frame) => frames.push(frame), state: (state) => states.push(state), ended: (why) => ended.push(why) });
    return { environment, streams, asked, frames, states, ended, lane, rule, stream };
  }

  const polled = (frames: Frame[]): Promise<Response> => Promise.resolve(new Response(JSON.stringify({ frames, position: "x" })));
  const after = (url: string | undefined): string | null => new URL(url ?? "", "http://x").searchParams.get("after");

  describe("the remote lane", () => {
    it("is live with the first frame", async () => {
      const { streams, states, frames, lane } = scene();
      await settle();
      expect(lane.state.connection).toBe("connecting");
      await streams[0]!.send(beat("p1"));
      expect(lane.state).toMatchObject({ connection: "live", transport: "push" });
      expect(frames).toHaveLength(1);
      expect(states.map((state) => state.connection)).toEqual(["connecting", "live"]);
      lane.stop();
      expect(lane.state.connection).toBe("off");
    });

    it("HUB-7: a broken stream resumes after the last position it was given", async () => {
      const { streams, asked, environment, lane } = scene();
      await settle();
      await streams[0]!.send(beat("p7"));
      await streams[0]!.end();
      expect(lane.state).toMatchObject({ connection: "reconnecting", transport: null });
      await environment.advance(20_000);
      expect(asked.map(after).slice(0, 2)).toEqual(["p0", "p7"]);
      lane.stop();
    });

    it("HUB-7: asks again from where the engine stands when frames do not join", async () => {
      const { streams, asked, lane } = scene();
      await settle();
      await streams[0]!.send(beat("p7"));
      lane.seek("p7");
      lane.seek("p5");
      await settle();
      expect(asked.map(after)).toEqual(["p0", "p5"]);
      lane.stop();
    });

    it("PIC-31: a farewell's retry_after is waited for", async () => {
      const { streams, asked, environment, lane } = scene();
      await settle();
      await streams[0]!.send({ op: "bye", reason: "restart", retry_after: 4 });
      await environment.advance(3_900);
      expect(asked).toHaveLength(1);
      await environment.advance(600);
      expect(asked).toHaveLength(2);
      lane.stop();
    });

    it("PIC-31: after two silent streams it polls, and tries the stream again", async () => {
      let silent = true;
      const made = scene();
      made.rule.answer = async (url, signal) => {
        if (url.includes("/frames")) {
          await made.environment.sleep(10_000, new AbortController().signal);
          return polled([beat("q")]);
        }
        const answer = await made.stream(url, signal);
        if (!silent) void made.streams.at(-1)!.send(beat("r"));
        return answer;
      };
      await made.environment.advance(23_000);
      expect(made.lane.state).toMatchObject({ connection: "polling", transport: "poll" });
      expect(made.lane.state.why).toContain("Streams do not get through");
      silent = false;
      await made.environment.advance(40_000);
      expect(made.lane.state.connection).toBe("live");
      made.lane.stop();
    });

    it("PIC-31: without a free place it polls and says why", async () => {
      const none: StreamSlots = { acquire: () => Promise.resolve(null) };
      const made = scene(null, none);
      made.rule.answer = async () => {
        await made.environment.sleep(10_000, new AbortController().signal);
        return polled([]);
      };
      await made.environment.advance(10_000);
      expect(made.lane.state).toMatchObject({ connection: "polling" });
      expect(made.lane.state.why).toContain("Four other tabs");
      made.lane.stop();
    });

    it("PIC-34: twenty seconds without any frame are stale, and the dead road is given up", async () => {
      const { streams, environment, lane } = scene();
      await settle();
      await streams[0]!.send(beat("p1"));
      await environment.advance(19_000);
      expect(lane.state.connection).toBe("live");
      await environment.advance(2_000);
      expect(lane.state.connection).toBe("stale");
      expect(streams[0]!.closed).toBe(true);
      await streams[1]!.send(beat("p2"));
      expect(lane.state.connection).toBe("live");
      lane.stop();
    });

    it("PIC-31: a hidden tab closes its stream after a minute, looks once a minute, and streams again when shown", async () => {
      const made = scene();
      await settle();
      await made.streams[0]!.send(beat("p1"));
      const stream = made.rule.answer;
      made.rule.answer = (url, signal) => (url.includes("/frames") ? polled([beat("p9")]) : stream(url, signal));
      await made.environment.show(true);
      await made.environment.advance(59_000);
      expect(made.streams[0]!.closed).toBe(false);
      await made.environment.advance(3_000);
      expect(made.streams[0]!.closed).toBe(true);
      await made.environment.advance(120_000);
      expect(made.asked.filter((url) => url.includes("/frames"))).toHaveLength(3);
      await made.environment.show(false);
      expect(after(made.asked.at(-1))).toBe("p9");
      expect(made.asked.at(-1)).toContain("/stream");
      made.lane.stop();
    });

    it("PIC-36: a session that is gone ends the lane and says why", async () => {
      const gone = JSON.stringify({ code: "gone", title: "The session ended.", remedy: "Press On." });
      const { ended, lane } = scene(() => Promise.resolve(new Response(gone, { status: 410 })));
      await settle();
      expect(ended).toEqual(["The session ended. Press On."]);
      expect(lane.state.connection).toBe("off");
    });

    it("PIC-36: a farewell without return ends the lane", async () => {
      const { streams, ended } = scene();
      await settle();
      await streams[0]!.send({ op: "bye", reason: "expired", retry_after: null });
      expect(ended).toEqual(["expired"]);
    });

    it("PIC-31: a server that is away is asked ever less often", async () => {
      const { asked, environment, lane } = scene(() => Promise.reject(new TypeError("fetch failed")));
      await environment.advance(120_000);
      expect(asked.length).toBeGreaterThan(5);
      expect(asked.length).toBeLessThan(20);
      expect(asked.every((url) => url.includes("/stream"))).toBe(true);
      expect(lane.state.connection).toBe("stale");
      lane.stop();
      const before = asked.length;
      await environment.advance(60_000);
      expect(asked).toHaveLength(before);
    });
  });
});

describe("behind", () => {
  const AT = Date.UTC(2026, 10, 28, 12, 0, 0);
  const told = (arrived: number) => {
    const frame = batch(0);
    return { ...frame, events: frame.events.map((event) => ({ ...event, arrived_at: new Date(arrived).toISOString() })) };
  };

  describe("how far a lane is behind", () => {
    it("PIC-34: clocks that differ are not behind, and what takes seconds longer than the shortest way is", () => {
      const behind = new LagEstimator();
      expect(behind.update(told(AT - 3_600_000), AT)).toBe(0);
      expect(behind.update(told(AT - 3_600_000), AT + 7000)).toBe(7000);
      expect(behind.update(told(AT - 3_600_000 + 9000), AT + 10_000)).toBe(0);
    });

    it("a beat says that the head has been reached", () => {
      const behind = new LagEstimator();
      behind.update(told(AT), AT + 10);
      expect(behind.update(told(AT), AT + 5000)).toBe(4990);
      expect(behind.update({ op: "beat", now: new Date(AT + 5000).toISOString(), position: "e:1", ledger: {} }, AT + 5010)).toBe(0);
    });

    it("a trace's past and a batch of counts alone say nothing", () => {
      const behind = new LagEstimator();
      behind.update(told(AT), AT + 10);
      const past = told(AT - 60_000);
      expect(behind.update({ ...past, position: past.from }, AT + 20)).toBe(0);
      expect(behind.update({ ...told(AT), events: [] }, AT + 9000)).toBe(0);
    });
  });
});
