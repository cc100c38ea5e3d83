/** Validation of frames, graphs and tap messages; nothing here throws. */
import { either, finite, flag, isRecord, list, maybe, object, oneOf, record, text } from "./checks.ts";
import { isProblem, type Problem, problem } from "./problem.ts";
import { sizeOf } from "./size.ts";
import type { TapMessage } from "./tapMessage.ts";
import type { Frame, Graph, Guarantees } from "./wire.gen.ts";
import { FRAMES, graph, guarantees, token } from "./wireChecks.gen.ts";

// Frames and messages: text becomes a frame, or a `Problem` with the place of the fault.

/** Longest frame, characters. */
const LONGEST_FRAME = 16_000_000;
/** Largest message of a page, bytes in memory: Segment itself takes 32 kB, and a page is not
 * trusted.
 */
const LARGEST_MESSAGE = 256_000;
const scalar = either(text, finite, flag);
const properties = record(maybe(either(scalar, list(maybe(scalar), 1000))), 500);

const tap = object({
  messageId: text, type: oneOf("track", "page", "screen", "identify", "group", "alias", "delete"), name: text, names: [list(text, 20), []], occurredAt: finite,
  stage: oneOf("called", "enriched", "delivered", "failed", "dropped"), traces: [list(token, 32), []], properties: [properties, {}],
  reason: [text], traits: [properties], page: [text], at: [finite], calledAt: [finite], replaces: [text],
});

/** Reads one frame. */
export function parseFrame(source: string): Frame | Problem {
  if (source.length > LONGEST_FRAME) return problem("too_large", "A frame is too large", `It has ${source.length} characters.`);
  const read = readJson(source);
  return isProblem(read) ? read : checkFrame(read);
}

/** Checks a value that should be a frame, fills defaults in, and leaves wrong events out: the
 * counts do not need them. Writes into `read`.
 */
export function checkFrame(read: unknown): Frame | Problem {
  const op = opOf(read);
  if (op === null || !Object.hasOwn(FRAMES, op)) return problem("invalid", "A frame cannot be read", "It has no known `op`.");
  const wrong = FRAMES[op as Frame["op"]](read);
  return wrong === null ? (read as Frame) : problem("invalid", "A frame cannot be read", `${op}${wrong}`);
}

/** Whether a value is a frame of a kind that a later version added: such frames are ignored. */
export function isUnknownFrame(read: unknown): boolean {
  const op = opOf(read);
  return op !== null && !Object.hasOwn(FRAMES, op);
}

function opOf(read: unknown): string | null {
  return isRecord(read) && typeof read.op === "string" ? read.op : null;
}

/** Checks a value that should be a graph as the wire has it, and fills defaults in. Writes into
 * `read`.
 */
export function checkGraph(read: unknown): Graph | Problem {
  const wrong = graph(read);
  return wrong === null ? (read as Graph) : problem("invalid", "The graph cannot be read", `graph${wrong}`);
}

/** Checks a value that should be guarantees, and fills defaults in. Writes into `read`. */
export function checkGuarantees(read: unknown): Guarantees | Problem {
  const wrong = guarantees(read);
  return wrong === null ? (read as Guarantees) : problem("invalid", "The guarantees cannot be read", `posture${wrong}`);
}

/** Checks a message of the tap, which a page may forge. Writes into `read`. */
export function checkTap(read: unknown): TapMessage | Problem {
  const wrong = tap(read);
  if (wrong !== null) return problem("invalid", "A message of the tap cannot be read", `message${wrong}`);
  const message = read as TapMessage & Record<string, unknown>;
  for (const key of ["reason", "traits", "page", "at", "calledAt", "replaces", "nodes"]) if (message[key] === undefined || key === "nodes") Reflect.deleteProperty(message, key);
  if (sizeOf(message) > LARGEST_MESSAGE) return problem("too_large", "A message of the tap is too large", `It takes about ${sizeOf(message)} bytes.`);
  return message.messageId === "" ? problem("invalid", "A message of the tap cannot be read", "message.messageId is empty") : message;
}

/** JSON as it is, or why it is none. */
export function readJson(source: string): unknown {
  try {
    return JSON.parse(source) as unknown;
  } catch {
    return problem("invalid", "This is not JSON", `It begins with “${source.slice(0, 40)}”.`);
  }
}
