/** The commands that the search offers: those that can be carried out at this moment. */
import { recentTraces } from "@dagnet-realtime/engine/select/traces";
import type { HostAbilities } from "@dagnet-realtime/react/hooks";
import { mappedNames } from "@dagnet-realtime/engine/select/unmapped";
import type { App } from "../../hooks.ts";
import { saveLog } from "../../saveLog.ts";
import { saveExpectation } from "../expectation.ts";
import { openLogFile } from "../GraphMenu.tsx";
import { copyLink } from "../copyLink.ts";
import { pickFiles, pickFolder } from "../open/picking.ts";
import { isShopOffered, isShopShown, shopOpened } from "../shop/visibility.ts";
import type { Entry } from "./entries.ts";
import { fold } from "./ranking.ts";

interface Command {
  readonly title: string;
  /** Other words that people look for it by. */
  readonly also?: string;
  readonly keys?: string;
  readonly run: () => void;
}

export function commandsOf(app: App, host: HostAbilities): readonly Entry[] {
  return [...picture(app), ...session(app, host), ...screen(app), ...logs(app, host)].map(({ title, also = "", keys, run }) => ({
    id: `command-${title}`, kind: "command", title, says: "", ...(keys === undefined ? {} : { keys }), fields: [title, also].map(fold), run,
  }));
}

function session({ store, actions, engine, offline, tap }: App, host: HostAbilities): Command[] {
  const ui = store.getState();
  const { phase, graph, paused, catchUpSpeed, replay, filter, visitors } = ui;
  const on = phase === "on";
  const token = ui.trace || recentTraces(engine.state, 1)[0]?.token;
  const out: Command[] = [];
  if (phase === "off" && graph !== null) out.push({ title: "Turn Realtime on", also: "on off start watch session live", run: () => void actions.toggle() });
  if (on) out.push({ title: paused ? "Resume" : "Pause", also: "pause hold freeze play go on catch up", keys: "Space", run: () => { actions.pause(); } });
  if (on && (paused || catchUpSpeed > 0)) out.push({ title: "Skip to now", also: "live present", keys: "N", run: () => { actions.jumpToNow(); } });
  if (replay !== null) {
    out.push({ title: replay.player.playing ? "Hold the replay" : "Play the replay", also: "pause log recording", keys: "Space", run: () => { actions.pause(); } });
    out.push({ title: "Close the replay", also: "end log recording live", run: () => void replay.close() });
  }
  if (on || replay !== null) out.push({ title: "Clear", also: "reset empty counts begin anew", keys: "C", run: () => { actions.clear(); } });
  if (token !== undefined) out.push({ title: ui.trace ? "Follow the shown trace, or let it go" : "Follow the latest trace", also: "follow trace visitor journey", keys: "F", run: () => { actions.follow.toggle(token); } });
  if (engine.state.follows.length > 0) out.push({ title: "Stop following", also: "unfollow trace", keys: "Esc", run: () => { actions.follow.unfollowAll(); } });
  if (on) out.push({ title: "Turn Realtime off", also: "on off stop watch session", run: () => void actions.toggle() });
  if (filter !== "") out.push({ title: "Remove the filter", also: "clear filter show all", run: () => { actions.filter(""); } });
  if (mappedNames(engine.state).length > 0) out.push({ title: "Undo the latest mapping", also: "unmap", keys: "Ctrl Z", run: () => { actions.undoMapping(); } });
  if (visitors !== null) out.push({ title: visitors > 0 ? "Stop visitors" : "Simulate visitors", also: "demo traffic", run: () => void actions.visitors() });
  if (on && graph !== null && host.canTest?.() === true) out.push({ title: "Send a test event", also: "webhook try", run: () => void actions.testEvent(null) });
  if (tap) out.push({ title: "Connect a page…", also: "tap extension sdk segment see your own clicks", run: () => { actions.overlay("connect"); } });
  if (offline) {
    out.push({ title: "Open a folder…", also: "workspace graphs files", run: () => void pickFolder(offline) });
    out.push({ title: "Open files…", also: "graphs add", run: () => { pickFiles(offline); } });
    out.push({ title: "Open the sample", also: "demo shop", run: () => void offline.openSample() });
  }
  if (ui.me !== null && ui.me.access !== "local" && ui.me.access !== "proxy") {
    out.push({ title: "Sign out", also: "log out leave", run: () => void actions.signOut().then((done) => { if (done) window.location.assign("/"); }) });
  }
  return out;
}

function picture({ store, picture: drawn }: App): Command[] {
  const controls = drawn?.current;
  if (!controls || store.getState().graph === null) return [];
  return [
    { title: "Fit the graph", also: "zoom whole all reset view", run: () => { controls.fit(); } },
    { title: controls.activeOnly() ? "Show all nodes" : "Active only", also: "active only nodes last minute hide quiet idle all", run: () => { controls.setActiveOnly(!controls.activeOnly()); } },
  ];
}

function screen({ store, actions }: App): Command[] {
  const ui = store.getState();
  const { theme, sideOpen, feedOpen } = ui.preferences;
  const next = theme === "dark" ? "light" : "dark";
  const out: Command[] = [
    { title: "Filter the events", also: "search find only", keys: "/", run: () => { document.getElementById("filter")?.focus(); } },
    { title: `Use the ${next} theme`, also: "appearance mode colours", keys: "D", run: () => { actions.setPreferences({ theme: next }); } },
    { title: sideOpen ? "Hide the details" : "Show the details", also: "side panel traces node unmapped", run: () => { actions.setPreferences({ sideOpen: !sideOpen }); } },
    { title: feedOpen ? "Hide the events" : "Show the events", also: "feed list", run: () => { actions.setPreferences({ feedOpen: !feedOpen }); } },
    { title: "Show the traces", also: "visitors journeys tab", run: () => { actions.setPreferences({ tab: "traces", sideOpen: true }); } },
    { title: "Show what is unmapped", also: "unknown names events tab", run: () => { actions.setPreferences({ tab: "unmapped", sideOpen: true }); } },
    { title: "Help and keys", also: "shortcuts keyboard ?", keys: "?", run: () => { actions.overlay("help"); } },
  ];
  if (ui.graph !== null) out.splice(1, 0, { title: "Show the graph as a table", also: "table list screen reader", keys: "T", run: () => { actions.overlay("table"); } });
  if (isShopOffered(ui)) out.push({ title: isShopShown(ui) ? "Hide the sample shop" : "Show the sample shop", also: "demo", run: () => { actions.setPreferences(isShopShown(ui) ? { shop: "closed" } : shopOpened(window.innerWidth)); } });
  return out;
}

function logs(app: App, host: HostAbilities): Command[] {
  const { store, actions, engine } = app;
  const ui = store.getState();
  const out: Command[] = [];
  if (engine.state.accumulation.log.entries.length > 0) {
    out.push({ title: "Save log", also: "download export session recording ndjson", run: () => void saveLog(app) });
    out.push({ title: "Save as expectation", also: "download test yaml", run: () => void saveExpectation(app, null) });
  }
  out.push({ title: "Open log…", also: "replay recording session file ndjson play", run: () => { pickLog(app); } });
  if (ui.workspaces.some((one) => one.earlier_since)) out.push({ title: "Earlier sessions…", also: "history recordings past", run: () => { actions.overlay("sessions"); } });
  if (ui.workspaces.some(({ streams = [] }) => streams.length > 0)) out.push({ title: "Streams…", also: "kafka kinesis sources partitions", run: () => { actions.overlay("streams"); } });
  const link = ui.serverless ? null : host.linkTo?.() ?? null;
  if (link !== null) out.push({ title: "Copy a link to this view", also: "share url address", run: () => { void copyLink(store, link); } });
  return out;
}

function pickLog(app: App): void {
  const input = document.createElement("input");
  input.type = "file";
  input.accept = ".ndjson,.jsonl,application/x-ndjson";
  input.addEventListener("change", () => {
    const [chosen] = input.files ?? [];
    if (chosen) void openLogFile(app, chosen);
  });
  input.click();
}
