/** Everything a person can do, one method each; keys, buttons and menus all call these. */
import type { Place } from "../lanes/api.ts";
import type { Pointed, WayRef } from "../picture/contract.ts";
import { dismiss, toast, told } from "./notices.ts";
import { Pausing } from "./pausing.ts";
import { written } from "./places.ts";
import { remember, type Remembered, type Shelf } from "./remember.ts";
import { show } from "./start.ts";
import { Tracing } from "./tracing.ts";
import type { Shell } from "./store.ts";
import type { Parts, Watch } from "./watch.ts";

/** Events per second of the demo's visitors: brisk, yet each step can be seen. */
const VISITORS = 6;

/** Jumps that are not to be shown, remembered at most. */
const IGNORED = 200;

export class Actions {
  readonly tracing: Tracing;
  readonly #pausing: Pausing;

  constructor(
    private readonly parts: Parts,
    private readonly watch: Watch,
    private readonly shelf: Shelf | null,
  ) {
    this.#pausing = new Pausing(parts);
    this.tracing = new Tracing(parts, (token) => {
      this.look(token);
    });
  }

  async toggle(): Promise<void> {
    const { phase, place, graph } = this.parts.store.getState();
    if (phase === "on") await this.watch.off();
    else if (phase === "off" && place && graph) await this.watch.on(place, graph);
  }

  /** Off, and out: nothing of what was collected stays in this page. Answers whether the server has signed this browser out. */
  async signOut(): Promise<boolean> {
    const { store, api, engine } = this.parts;
    await this.watch.off();
    try {
      await api.signOut();
    } catch (error) {
      toast(store, told(error, "You are still signed in."));
      return false;
    }
    engine.reset();
    store.setState({ me: null });
    return true;
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

  /** Looks again at which graphs there are; where that fails the list stays as it was. */
  async relist(): Promise<void> {
    const { store, api } = this.parts;
    const workspaces = await api.workspaces().catch(() => null);
    if (workspaces) store.setState({ workspaces });
  }

  /** Pause, go on, or be done with catching up; a replay holds or plays on. */
  pause(): void {
    const { phase, replay } = this.parts.store.getState();
    replay?.hold();
    if (phase === "on") this.#pausing.press();
  }

  /** Ends a pause without showing how what waited came. */
  jump(): void {
    if (this.parts.store.getState().phase === "on") this.#pausing.jump();
  }

  clear(): void {
    const { store, engine } = this.parts;
    engine.put({ kind: "clear" });
    const undo = (): void => {
      engine.put({ kind: "undo" });
    };
    toast(store, { what: "Cleared.", meaning: "Counting begins anew; the session goes on.", remedy: "", bad: false, action: { label: "Undo", run: undo } });
  }

  /** Hides what does not pass. Another filter than the server's ends that one: what it left out is never hidden by mistake. */
  filter(text: string): void {
    const { store, engine } = this.parts;
    engine.put({ kind: "filter", text });
    store.setState({ filter: text });
    if (store.getState().atServer !== "") void this.filterAtServer(false);
  }

  /** Leaves the view's whole budget to what passes the filter, or ends that. */
  async filterAtServer(wanted: boolean): Promise<void> {
    const { store, api } = this.parts;
    const { session, phase, filter } = store.getState();
    const atServer = wanted ? filter : "";
    if (session === null || phase !== "on") return;
    store.setState({ atServer });
    try {
      await api.filter(session, atServer);
    } catch (error) {
      store.setState({ atServer: "" });
      toast(store, told(error, "The filter goes on running in this page alone."));
    }
  }

  select(node: string | null): void {
    this.parts.store.setState({ selected: node, way: null, pointed: null });
    if (node !== null) this.keep({ tab: "node" });
  }

  /** Selects an edge or a jump, and shows what is known of it. */
  way(way: WayRef | null): void {
    this.parts.store.setState({ way, selected: null, pointed: null });
    if (way !== null) this.keep({ tab: "node", sideOpen: true });
  }

  /** Points nodes and edges out on the picture, all of them in view. */
  point(pointed: Pointed | null): void {
    this.parts.store.setState({ pointed, selected: null, way: null });
  }

  /** Hides a jump of the graph that is shown, or shows it again; the browser remembers. */
  ignore(jump: string, ignored: boolean): void {
    const { place, kept } = this.parts.store.getState();
    const key = `${place === null ? "" : written(place)} ${jump}`;
    const others = kept.ignored.filter((one) => one !== key);
    this.keep({ ignored: ignored ? [...others, key].slice(-IGNORED) : others });
  }

  /** Shows a trace's timeline. */
  look(token: string): void {
    this.parts.store.setState({ trace: token });
    this.keep({ tab: "traces", sideOpen: true });
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
