/** What the LIVE sign says: a word, a tone and a meaning, never colour alone. */
import type { RelaySubscription } from "@dagnet-realtime/client/api";
import type { ConnectionStatus } from "@dagnet-realtime/client/transport/transport";
import type { Phase } from "../hooks.ts";
import { clock, count } from "../format.ts";

/** The sign of the connection: its word, its colour, and what it means. */
export interface Sign {
  readonly word: string;
  readonly lane: string;
  readonly tone: "ok" | "wait" | "warn" | "off" | "replay";
  readonly title: string;
  readonly meaning: string;
}

const sign = (word: string, tone: Sign["tone"], title: string, meaning: string, lane = ""): Sign => ({ word, lane, tone, title, meaning });

/** What the server knows of a relay provider, in words: what it costs, and who else watches. */
export function relayText({ company: { others, names }, ledger }: RelaySubscription): string {
  const cost = `For this workspace ${count(ledger.published)} messages were published and ${count(ledger.delivered)} delivered, which providers bill${ledger.failed ? `; ${count(ledger.failed)} failed` : ""}.`;
  if (others === 0) return cost;
  return `${cost} ${others === 1 ? "One other tab watches" : `${others} other tabs watch`} this graph${names.length ? `: ${names.join(", ")}` : ""}.`;
}

/** The sign of a connection. */
export function signOf(phase: Phase, { connection, transport, lagMs: behindMs }: ConnectionStatus, paused: boolean, catching = 0): Sign {
  if (phase === "replay") return sign("REPLAY", "replay", "A saved log is playing", "Nothing here happens at this moment: these are the frames of a saved session.");
  if (phase === "opening") return sign("OPENING", "wait", "Turning on", "The server is opening a watch session.");
  if (phase !== "on") return sign("OFF", "off", "Realtime is off", "Nothing is received and nothing is kept. Turn Realtime on to see events from then on.");
  if (connection === "live" || connection === "polling") {
    const lane = transport ?? "push";
    if (paused) return sign("PAUSED", "wait", "The picture is paused", "Events still arrive and are counted; the picture and its clocks stand still until you resume.", lane);
    if (catching > 0) return sign(`CATCHING UP ×${catching}`, "wait", "The picture catches up", "What came during the pause is shown in its order, faster than it came; in a few seconds this is live again. N skips to now.", lane);
    if (behindMs > 0) return sign("BEHIND", "warn", "Behind the present", "Frames come, but what they tell arrived at the server a while ago. The page, or the server, is catching up; nothing is lost by it.", `${Math.floor(behindMs / 1000)} s`);
    if (lane === "poll") return sign("LIVE", "ok", "Connected by polling", "This page asks the server for what is new, about once a moment. Everything arrives, a little later than by push.", lane);
    if (lane === "local") return sign("LIVE", "ok", "Listening to this browser", "What pages of this browser emit lights up here at once. There is no server, and nothing leaves this machine.", lane);
    if (lane === "provider") return sign("LIVE", "ok", "Connected through a provider", "A realtime provider brings what the server publishes there; what it loses, this page fetches from the server.", lane);
    if (lane === "function") return sign("LIVE", "ok", "Connected to what Segment publishes", "A function in Segment publishes events straight to a realtime provider, and this page hears them there. What is lost on the way cannot be fetched.", lane);
    return sign("LIVE", "ok", "Connected by push", "The server sends what happens as it happens.", lane);
  }
  if (connection === "stale") return sign("STALE", "warn", "Nothing has been heard for a while", "What you see is what was known last, and nothing moves. The page goes on trying; when the server answers, it catches up from where it stood.");
  if (connection === "reconnecting") return sign("RECONNECTING", "warn", "The connection broke", "The page tries again by itself and goes on from where it stood, so nothing is counted twice.");
  return sign("CONNECTING", "wait", "Connecting", "The session is open; the first frame is on its way.");
}

/** Null while the road is sound. `now` is milliseconds since 1970. */
export function brokenText({ connection, lastFrameAt, since, retryAt }: ConnectionStatus, now: number): string | null {
  if (connection !== "stale" && connection !== "reconnecting") return null;
  const heard = lastFrameAt === null ? `nothing heard since ${clock(since)}` : `last heard at ${clock(lastFrameAt)}`;
  const left = retryAt === null ? 0 : Math.ceil((retryAt - now) / 1000);
  return `${heard} · ${left > 0 ? `trying again in ${left} s` : "trying again"}`;
}
