/** Everything a person can do, one method each; keys, buttons and menus all call these. */
import type { Place } from "../lanes/api.ts";
import { followed } from "../lanes/local/own.ts";
import { dismiss, toast, told } from "./notices.ts";
import { written } from "./places.ts";
import { remember, type Remembered, type Shelf } from "./remember.ts";
import { show } from "./start.ts";
import type { Shell } from "./store.ts";
import type { Parts, Watch } from "./watch.ts";

/** Events per second of the demo's visitors: brisk, yet each step can be seen. */
const VISITORS = 6;

export class Actions {
  constructor(
    private readonly parts: Parts,
    private readonly watch: Watch,
    private readonly shelf: Shelf | null,
  ) {}

  async toggle(): Promise<void> {
    const { phase, place, graph } = this.parts.store.getState();
    if (phase === "on") await this.watch.off();
    else if (phase === "off" && place && graph) await this.watch.on(place, graph);
  }

  /** Another graph: On stays On. */
  async choose(place: Place): Promise<void> {
    const wasOn = this.parts.store.getState().phase === "on";
    if (wasOn) await this.watch.off();
    await show(this.parts, place);
    this.keep({ place: written(place) });
    const { graph } = this.parts.store.getState();
    if (wasOn && graph) await this.watch.on(place, graph);
  }

  pause(): void {
    const { store, engine } = this.parts;
    const { paused, phase, replay } = store.getState();
    replay?.hold();
    if (phase !== "on") return;
    engine.put({ kind: paused ? "resume" : "pause" });
    store.setState({ paused: !paused });
  }

  clear(): void {
    const { store, engine } = this.parts;
    engine.put({ kind: "clear" });
    const undo = (): void => {
      engine.put({ kind: "undo" });
    };
    toast(store, { what: "Cleared.", meaning: "Counting begins anew; the session goes on.", remedy: "", bad: false, action: { label: "Undo", run: undo } });
  }

  filter(text: string): void {
    this.parts.engine.put({ kind: "filter", text });
    this.parts.store.setState({ filter: text });
  }

  select(node: string | null): void {
    const { store } = this.parts;
    store.setState({ selected: node });
    if (node !== null && store.getState().kept.tab !== "node") this.keep({ tab: "node" });
  }

  /** Shows a trace's timeline. */
  look(token: string): void {
    this.parts.store.setState({ trace: token });
    this.keep({ tab: "traces", sideOpen: true });
  }

  /** Follows a trace here and at the server, or stops following it. */
  follow(token: string): void {
    const { store, engine, api } = this.parts;
    const { session, phase } = store.getState();
    const stop = engine.state.follows.includes(token);
    engine.put({ kind: stop ? "unfollow" : "follow", token });
    if (!stop) this.look(token);
    if (session === null || phase !== "on") return;
    const asked = stop ? api.follows(session, followed(engine.state)) : api.follow(session, token);
    asked.catch((error: unknown) => {
      toast(store, told(error, "The trace is followed on this screen, but the server may thin its events under load."));
    });
  }

  unfollowAll(): void {
    const { store, engine, api } = this.parts;
    const { session, phase } = store.getState();
    if (engine.state.follows.length === 0) return;
    engine.put({ kind: "unfollowAll" });
    if (session !== null && phase === "on") api.follows(session, followed(engine.state)).catch(() => undefined);
  }

  bind(name: string, node: string): void {
    const { store, engine } = this.parts;
    engine.put({ kind: "bind", name, node });
    const label = store.getState().graph?.nodes.find(({ uuid }) => uuid === node)?.label ?? "the node";
    const unbind = (): void => {
      engine.put({ kind: "unbind", name });
    };
    toast(store, { what: `${name} lights ${label} in this session.`, meaning: "What was counted since On is filled in.", remedy: "", bad: false, action: { label: "Unmap", run: unbind } });
  }

  async testEvent(node: string | null): Promise<void> {
    const { store, api } = this.parts;
    const { place } = store.getState();
    if (!place) return;
    try {
      const { name } = await api.testEvent(place, node);
      toast(store, { what: `Sent “${name}” to the webhook.`, meaning: "It lights its node as soon as it has come all the way.", remedy: "", bad: false });
    } catch (error) {
      toast(store, told(error, "No test event was sent."));
    }
  }

  async visitors(): Promise<void> {
    const { store, api } = this.parts;
    const { visitors, place } = store.getState();
    if (visitors === null || !place) return;
    try {
      if (visitors > 0) await api.stopVisitors();
      else await api.simulate(place, VISITORS);
      store.setState({ visitors: visitors > 0 ? 0 : VISITORS });
    } catch (error) {
      toast(store, told(error, "The simulated visitors did not listen."));
    }
  }

  /** Remembers a choice about the screen. */
  keep(change: Partial<Remembered>): void {
    const { store } = this.parts;
    store.setState(({ kept }) => ({ kept: { ...kept, ...change } }));
    remember(this.shelf, store.getState().kept);
  }

  overlay(which: Shell["overlay"]): void {
    this.parts.store.setState(({ overlay }) => ({ overlay: overlay === which ? null : which }));
  }

  dismiss(id: number | "notice"): void {
    if (id === "notice") this.parts.store.setState({ notice: null });
    else dismiss(this.parts.store, id);
  }
}
