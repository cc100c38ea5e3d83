/**
 * The one table of what the screen may claim: from what is known of session, connection and filter
 * to sign, words and looks. Canvas, cards, strip and the tab's title all read it.
 */
import type { RelaySubscription } from "@dagnet-realtime/client/api";
import type { ConnectionStatus } from "@dagnet-realtime/client/transport/transport";
import { clock, count, plural, rate } from "./format.ts";
import type { Phase } from "./hooks.ts";

/** What the sign says: a word, a tone and a meaning, never colour alone. */
export interface Sign {
  readonly word: string;
  /** Beside the word: the way frames come, or by how much they are late. */
  readonly lane: string;
  readonly tone: "ok" | "wait" | "warn" | "off" | "replay";
  readonly title: string;
  readonly meaning: string;
}

export type StateName =
  | "starting" | "failed" | "no-graph" | "off" | "ended" | "opening" | "connecting" | "live" | "polling" | "behind" | "paused" | "catching-up" | "reconnecting" | "stale" | "replay" | "replay-held" | "replay-ended";

/** How the canvas looks. `drained`: no colour, nothing moves, counts in the place of rates. */
export type Tint = "live" | "paused" | "drained" | "replay";

/** What the table is read with. Times are milliseconds on the engine's clock. */
export interface ViewFacts {
  readonly phase: Phase;
  readonly graph: string | null;
  readonly connection: ConnectionStatus;
  readonly paused: boolean;
  readonly catchUpSpeed: number;
  /** Why the session ended by itself, "" if it did not. */
  readonly endedBecause: string;
  readonly now: number;
  /** The moment that the picture shows; it stands while paused. */
  readonly shownAt: number;
  /** From when to when the counts reach; `until` is null while they grow. */
  readonly since: number;
  readonly until: number | null;
  readonly count: number;
  readonly rate: number;
  /** Events that wait while paused. */
  readonly pending: number;
  readonly tests: number;
  /** The filter in force, null without one: `passed` of the `of` events it was asked about. */
  readonly filter: { readonly text: string; readonly passed: number; readonly of: number; readonly rate: number } | null;
  readonly player: { readonly playing: boolean; readonly at: number; readonly from: number; readonly to: number } | null;
}

/** A row of the table. */
export interface ViewState {
  readonly name: StateName;
  readonly sign: Sign;
  readonly tint: Tint;
  /** Nothing moves. */
  readonly still: boolean;
  readonly figures: "rates" | "counts";
  /** What stands over the canvas, and which one of its kinds it is. */
  readonly banners: readonly Banner[];
  /** In the place of the rate, "" for the rate itself. */
  readonly strip: string;
  /** What the counts cover: "since 01:05:45", "01:05:45 to 01:10:34"; "" before the first On. */
  readonly covers: string;
  /** The title of the browser's tab. */
  readonly tab: string;
}

export interface Banner {
  readonly kind: "paused" | "catching-up" | "drained" | "replay" | "filtered" | "test" | "silent";
  readonly text: string;
}

const sign = (word: string, tone: Sign["tone"], title: string, meaning: string, lane = ""): Sign => ({ word, lane, tone, title, meaning });

/** Which state it is. The first that holds: what is shown is never taken for more than it is. */
export function stateName({ phase, graph, connection: { connection, transport, lagMs }, paused, catchUpSpeed, endedBecause, player }: ViewFacts): StateName {
  if (phase === "replay") return player === null || player.playing ? "replay" : player.at >= player.to ? "replay-ended" : "replay-held";
  if (phase === "starting" || phase === "failed" || phase === "opening") return phase;
  if (graph === null) return "no-graph";
  if (phase !== "on") return endedBecause === "" ? "off" : "ended";
  if (connection === "stale" || connection === "reconnecting") return connection;
  if (connection !== "live" && connection !== "polling") return "connecting";
  if (paused) return "paused";
  if (catchUpSpeed > 0) return "catching-up";
  if (lagMs > 0) return "behind";
  return transport === "poll" ? "polling" : "live";
}

const WAITING: ReadonlySet<StateName> = new Set(["starting", "failed", "no-graph", "opening"]);
const DRAINED: ReadonlySet<StateName> = new Set(["off", "ended", "reconnecting", "stale", "connecting", ...WAITING]);
/** A replay that is held moves when it is stepped or sought. */
const MOVING: ReadonlySet<StateName> = new Set(["live", "polling", "behind", "catching-up", "replay", "replay-held", "replay-ended"]);

export function viewState(facts: ViewFacts): ViewState {
  const name = stateName(facts);
  const drained = DRAINED.has(name);
  return {
    name,
    sign: signOf(name, facts),
    tint: drained ? "drained" : name === "paused" ? "paused" : name.startsWith("replay") ? "replay" : "live",
    still: !MOVING.has(name),
    figures: drained ? "counts" : "rates",
    banners: bannersOf(name, facts),
    strip: stripOf(name, facts),
    covers: coversOf(name, facts),
    tab: tabOf(name, facts),
  };
}

const LANES: Readonly<Record<string, readonly [title: string, meaning: string]>> = {
  push: ["Connected by push", "The server sends what happens as it happens."],
  poll: ["Connected by polling", "This page asks the server for what is new, about once a moment. Everything arrives, a little later than by push."],
  local: ["Listening to this browser", "What pages of this browser emit lights up here at once. There is no server, and nothing leaves this machine."],
  provider: ["Connected through a provider", "A realtime provider brings what the server publishes there; what it loses, this page fetches from the server."],
  function: ["Connected to what Segment publishes", "A function in Segment publishes events straight to a realtime provider, and this page hears them there. What is lost on the way cannot be fetched."],
};

function signOf(name: StateName, { connection: { transport, lagMs }, catchUpSpeed, endedBecause }: ViewFacts): Sign {
  const lane = transport ?? "push";
  switch (name) {
    case "starting": return sign("STARTING", "wait", "Starting", "The page asks the server what there is to watch.");
    case "failed": return sign("NOT STARTED", "warn", "Realtime could not start", "The message above says why, and what to do.");
    case "no-graph": return sign("NO GRAPH", "off", "There is no graph to show", "Without a graph there is nothing that an event could light.");
    case "off": return sign("OFF", "off", "Realtime is off", "Nothing is received and nothing is kept. What is shown was counted before; turn Realtime on to see events from then on.");
    case "ended": return sign("ENDED", "warn", "The session has ended", `${endedBecause.replace(/\.?$/, ".")} What was counted stays on screen until Realtime is turned on again; what happens from here on is not counted.`);
    case "opening": return sign("OPENING", "wait", "Turning on", "The server is opening a watch session.");
    case "connecting": return sign("CONNECTING", "wait", "Connecting", "The session is open; the first frame is on its way.");
    case "reconnecting": return sign("RECONNECTING", "warn", "The connection broke", "The page tries again by itself and goes on from where it stood, so nothing is counted twice.");
    case "stale": return sign("STALE", "warn", "Nothing has been heard for a while", "What you see is what was known last, and nothing moves. The page goes on trying; when the server answers, it catches up from where it stood.");
    case "paused": return sign("PAUSED", "wait", "The picture is paused", "Events still arrive and are counted; the picture and its clocks stand still until you resume.", lane);
    case "catching-up": return sign(`CATCHING UP ×${catchUpSpeed}`, "wait", "The picture catches up", "What came during the pause is shown in its order, faster than it came; in a few seconds this is live again. N skips to now.", lane);
    case "behind": return sign("BEHIND", "warn", "Behind the present", "Frames come, but what they tell arrived at the server a while ago. The page, or the server, is catching up; nothing is lost by it.", lateness(lagMs));
    case "replay":
    case "replay-held":
    case "replay-ended": return sign("REPLAY", "replay", name === "replay" ? "A saved log is playing" : name === "replay-held" ? "A saved log is held" : "A saved log has been played", "Nothing here happens at this moment: these are the frames of a saved session.");
    case "live":
    case "polling": {
      const [title, meaning] = LANES[lane] ?? LANES.push ?? ["", ""];
      return sign("LIVE", "ok", title, meaning, lane);
    }
  }
}

/** "12 s", "3 min", "1 h". */
function lateness(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7200 ? `${Math.floor(seconds / 60)} min` : `${Math.floor(seconds / 3600)} h`;
}

function bannersOf(name: StateName, { count: n, filter, tests, shownAt, pending, until, now }: ViewFacts): readonly Banner[] {
  const out: Banner[] = [];
  const reach = `${plural(n, "event")} until ${clock(until ?? now)}`;
  switch (name) {
    case "paused": out.push({ kind: "paused", text: `Paused at ${clock(shownAt)} · +${count(pending)} waiting` }); break;
    case "catching-up": out.push({ kind: "catching-up", text: `Catching up: ${clock(shownAt)} is shown · +${count(pending)} waiting` }); break;
    case "off": if (n > 0) out.push({ kind: "drained", text: `Off: ${reach}` }); break;
    case "ended": out.push({ kind: "drained", text: `Session ended: ${reach}` }); break;
    case "reconnecting":
    case "stale": out.push({ kind: "drained", text: `Not live: what was known at ${clock(until ?? now)}` }); break;
    case "replay":
    case "replay-held":
    case "replay-ended": out.push({ kind: "replay", text: `Replay of a saved log: ${clock(shownAt)}${name === "replay" ? "" : name === "replay-held" ? ", held" : ", at its end"}` }); break;
    default: break;
  }
  if (filter !== null) out.push({ kind: "filtered", text: `Filtered by ${filter.text} · ${count(filter.passed)} of ${count(filter.of)} pass` });
  if (n === 0 && tests > 0) out.push({ kind: "test", text: `Test traffic only: ${plural(tests, "test event")}, counted apart; ${tests === 1 ? "it covers" : "they cover"} nothing` });
  else if (n === 0 && (name === "live" || name === "polling")) out.push({ kind: "silent", text: "Live, and nothing received yet" });
  return out;
}

function stripOf(name: StateName, { connection, now }: ViewFacts): string {
  const broken = brokenText(connection, now);
  if (name === "stale" || name === "reconnecting") return broken ?? "";
  if (name === "off" || name === "no-graph") return "not receiving";
  if (name === "ended") return "session ended";
  return name === "opening" || name === "connecting" || name === "starting" ? "connecting" : name === "failed" ? "not started" : "";
}

function coversOf(name: StateName, { since, until, shownAt, count: n, tests }: ViewFacts): string {
  if (WAITING.has(name) || ((name === "off" || since === 0) && n + tests === 0)) return "";
  if (name === "off" || name === "ended") return `${clock(since)} to ${clock(until ?? shownAt)}`;
  return name === "paused" || name.startsWith("replay") ? `${clock(since)} to ${clock(shownAt)}` : `since ${clock(since)}`;
}

function tabOf(name: StateName, facts: ViewFacts): string {
  const { graph, pending, filter, connection: { lagMs }, player } = facts;
  const title = graph ?? "DagNet Realtime";
  const mark = ((): string => {
    switch (name) {
      case "live":
      case "polling": return `● ${rate(filter === null ? facts.rate : filter.rate)}/s`;
      case "behind": return `● ${lateness(lagMs)} behind`;
      case "paused": return `‖ +${count(pending)}`;
      case "catching-up": return "» catching up";
      case "reconnecting": return "⚠ Reconnecting";
      case "stale": return "⚠ Stale";
      case "off": return "○ Off";
      case "ended": return "■ Ended";
      case "replay": return "▶ Replay";
      case "replay-held": return "‖ Replay";
      case "replay-ended": return "■ Replay";
      case "opening":
      case "connecting": return "… Connecting";
      case "failed": return "⚠ Not started";
      case "starting":
      case "no-graph": return "";
    }
  })();
  const where = player !== null && name.startsWith("replay") ? ` ${played(player)}` : "";
  return [`${mark}${where}`.trim(), filter === null ? "" : "(filtered)", title].filter(Boolean).join(" ");
}

/** "2:55 / 4:49": how far a log has played, of how much. */
export function played({ at, from, to }: { readonly at: number; readonly from: number; readonly to: number }): string {
  return `${minutes(at - from)} / ${minutes(to - from)}`;
}

/** "2:55", "1:02:09". */
function minutes(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (value: number): string => String(value).padStart(2, "0");
  const [hours, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return `${hours > 0 ? `${hours}:${two(rest)}` : rest}:${two(seconds % 60)}`;
}

/** Null while the connection is sound. */
export function brokenText({ connection, lastFrameAt, since, retryAt }: ConnectionStatus, now: number): string | null {
  if (connection !== "stale" && connection !== "reconnecting") return null;
  const heard = lastFrameAt === null ? `nothing heard since ${clock(since)}` : `last heard at ${clock(lastFrameAt)}`;
  const left = retryAt === null ? 0 : Math.ceil((retryAt - now) / 1000);
  return `${heard} · ${left > 0 ? `trying again in ${left} s` : "trying again"}`;
}

/** What the server knows of a relay provider, in words: what it costs, and who else watches. */
export function relayText({ company: { others, names }, ledger }: RelaySubscription): string {
  const cost = `For this workspace ${count(ledger.published)} messages were published and ${count(ledger.delivered)} delivered, which providers bill${ledger.failed ? `; ${count(ledger.failed)} failed` : ""}.`;
  if (others === 0) return cost;
  return `${cost} ${others === 1 ? "One other tab watches" : `${others} other tabs watch`} this graph${names.length ? `: ${names.join(", ")}` : ""}.`;
}
