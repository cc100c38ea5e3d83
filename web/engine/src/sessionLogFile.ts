/** Session log file: versioned NDJSON, a header and one frame per line; redacted, because the
 * engine has only redacted events.
 */
import { isRecord } from "./checks.ts";
import { checkFrame, checkGraph, checkTap, readJson } from "./validation.ts";
import { type Problem, isProblem, problem } from "./problem.ts";
import { MISSING_LINES } from "./receiveFrame.ts";
import { iso, LOCAL_SOURCE } from "./eventBuffer.ts";
import { expandLog, type ExpandedEntry } from "./sessionLog.ts";
import type { State } from "./state.ts";
import type { TapMessage } from "./tapMessage.ts";
import type { FrameEvent, Guarantees, SessionLogHeader, TapLine } from "./wire.gen.ts";
import { guarantees, tapLine } from "./wireChecks.gen.ts";

export const LOG_FORMAT: SessionLogHeader["format"] = "dagnet-realtime-session-log";
export const LOG_VERSION = 1;
/** Lines read at most; further ones count as skipped. */
const MAX_LINES = 500_000;

/** A log may be without a policy. */
export type LogHeader = Omit<SessionLogHeader, "policy"> & Partial<Pick<SessionLogHeader, "policy">>;

/** Contents of a log; `frames` are actions for the engine. `skipped` lines could not be read. */
export interface SessionLog {
  readonly header: LogHeader;
  readonly frames: readonly ExpandedEntry[];
  readonly skipped: number;
}

/** Writes the accumulation as a session log. Events that left the buffer are counted but not
 * listed. Messages of the tap are lines of `op` "tap": the first line of a message contains it as
 * a carried event, a further stage only its id.
 */
export function writeSessionLog(state: State): string {
  const header: LogHeader = {
    format: LOG_FORMAT, version: LOG_VERSION, graph: state.graph?.name ?? "", graph_version: state.graph?.version ?? "", watch_session_id: state.session,
    started_at: iso(state.accumulation.since), ...(state.posture === null ? {} : { policy: state.posture }), definition: state.graph, binds: Object.fromEntries(state.binds),
  };
  const lines = [JSON.stringify(header)];
  const written = new Set<string>();
  // Frames of the past may have come after messages of the page that are younger.
  const entries = [...expandLog(state.accumulation.log, state.accumulation.events)].sort((a, b) => a.at - b.at);
  for (const entry of entries) lines.push(JSON.stringify(entry.kind === "tap" ? writeTap(entry, written) : { at: entry.at, ...entry.frame }));
  return `${lines.join("\n")}\n`;
}

/** Reads a session log. A line that cannot be read is skipped, counted, and replaced by a gap of
 * unknown size.
 */
export function readSessionLog(text: string): SessionLog | Problem {
  const lines = linesOf(text);
  const header = readHeader(lines.next().value ?? "");
  if (isProblem(header)) return header;
  const frames: ExpandedEntry[] = [];
  const messages = new Map<string, TapMessage>();
  let [skipped, read, broken, at, position] = [0, 0, false, Date.parse(header.started_at), ""];
  for (const line of lines) {
    if (line.trim() === "") continue;
    const entry = (read += 1) > MAX_LINES ? null : readLine(line, messages);
    if (entry === null) [skipped, broken] = [skipped + 1, true];
    else {
      const from = entry.kind === "frame" && (entry.frame.op === "batch" || entry.frame.op === "gap") ? entry.frame.from : "";
      if (broken && from !== "") {
        frames.push(missing(entry.at, position === "" || position === from ? "" : position, from));
        broken = false;
      }
      if (from !== "" && entry.kind === "frame") position = entry.frame.op === "batch" ? entry.frame.position : entry.frame.op === "gap" ? entry.frame.to : position;
      at = Math.max(at, entry.at);
      frames.push(entry);
    }
  }
  if (broken) frames.push(missing(at, "", ""));
  return { header, frames, skipped };
}

/** The lines of a text, however long it is; a byte order mark is none of it. */
function* linesOf(text: string): Generator<string, undefined> {
  for (let start = text.startsWith("\ufeff") ? 1 : 0; start < text.length; ) {
    const end = text.indexOf("\n", start);
    yield text.slice(start, end < 0 ? text.length : end);
    start = end < 0 ? text.length : end + 1;
  }
}

/** The gap that broken lines leave between two positions; without positions if they are unknown. */
function missing(at: number, from: string, to: string): ExpandedEntry {
  return { at, kind: "frame", frame: { op: "gap", from, to: from === "" ? "" : to, missed: null, reason: MISSING_LINES } };
}

function writeTap(entry: Extract<ExpandedEntry, { kind: "tap" }>, written: Set<string>): unknown {
  const { stage, reason, page, messageId } = entry.message;
  const events = written.has(messageId) ? [] : [eventOf(entry.message)];
  written.add(messageId);
  return { at: entry.at, op: "tap", id: messageId, stage, reason, page, events };
}

function readHeader(line: string): LogHeader | Problem {
  const read = readJson(line);
  if (!isRecord(read) || read.format !== LOG_FORMAT)
    return problem("invalid", "This is not a session log", `Its first line should be a header with "format": "${LOG_FORMAT}".`);
  if (read.version !== LOG_VERSION) return problem("invalid", "This session log is of another version", `It has version ${String(read.version)}, and ${LOG_VERSION} is read here.`);
  const graph = isRecord(read.definition) ? checkGraph(read.definition) : null;
  if (isProblem(graph)) return graph;
  const words = (value: unknown) => (typeof value === "string" ? value : "");
  const binds = isRecord(read.binds) ? Object.entries(read.binds).filter((pair): pair is [string, string] => typeof pair[1] === "string") : [];
  return {
    format: LOG_FORMAT, version: LOG_VERSION, graph: words(read.graph), graph_version: words(read.graph_version), watch_session_id: words(read.watch_session_id),
    started_at: iso(moment(read.started_at) ?? 0), ...(isRecord(read.policy) && guarantees(read.policy) === null ? { policy: read.policy as unknown as Guarantees } : {}),
    definition: graph, binds: Object.fromEntries(binds),
  };
}

function readLine(line: string, messages: Map<string, TapMessage>): ExpandedEntry | null {
  const read = readJson(line);
  const at = isRecord(read) ? moment(read.at) : null;
  if (!isRecord(read) || at === null) return null;
  Reflect.deleteProperty(read, "at");
  if (read.op === "tap") return readTap(read, at, messages);
  const frame = checkFrame(read);
  return isProblem(frame) ? null : { at, kind: "frame", frame };
}

function readTap(read: Record<string, unknown>, at: number, messages: Map<string, TapMessage>): ExpandedEntry | null {
  if (tapLine(read) !== null) return null;
  const { id, stage, reason, page, events: [first] } = read as unknown as TapLine;
  const known = first === undefined ? messages.get(id) : messageOf(first);
  if (known === undefined) return null;
  const checked = checkTap({ ...known, stage, ...(reason === null ? {} : { reason }), ...(page === null ? {} : { page }) });
  if (isProblem(checked)) return null;
  const message: TapMessage = { ...checked, nodes: known.nodes ?? [] };
  messages.set(id, message);
  return { at, kind: "tap", message };
}

function eventOf(message: TapMessage): FrameEvent {
  return {
    id: message.messageId, type: message.type, name: message.name, occurred_at: iso(message.occurredAt), arrived_at: iso(message.occurredAt), segment_received_at: null,
    source: LOCAL_SOURCE, traces: message.traces, nodes: message.nodes ?? [], properties: message.properties, flags: [],
  };
}

function messageOf(event: FrameEvent): TapMessage {
  const { id, type, name, traces, properties, nodes } = event;
  return { messageId: id, type, name, names: [name], occurredAt: Date.parse(event.occurred_at), stage: "called", traces, properties, nodes };
}

/** Milliseconds since 1970, from a number or an ISO text. */
function moment(value: unknown): number | null {
  const time = typeof value === "string" ? Date.parse(value) : value;
  return typeof time === "number" && Number.isFinite(time) ? time : null;
}
