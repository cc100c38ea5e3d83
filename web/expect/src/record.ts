/** "Save as expectation": the file that a recording meets, for a person to look at and to keep.
 *
 * It says which nodes lit, which paths were gone without a jump, and which properties the graph's
 * filters read. It holds no identifier, number, time or value; values that a filter names are
 * offered as comments. Jumps and near misses are comments too: they were seen, not accepted. */
import { elements, type Graph, isProblem, ownValue, type Problem, problem, quote, readSessionLog, type SessionLog, type Trace } from "./engine.ts";
import { lacking } from "./loss.ts";
import { createRun, feed, hear, type Kept, type Run } from "./run.ts";
import { type Scope, tracesOf } from "./scope.ts";
import { FORMAT } from "./spec.ts";
import { type Stride, walksOf } from "./walk.ts";
import { clean, counted, quoted, shown } from "./words.ts";

/** Paths, comments of a kind, and nodes of one path that are written at most. */
const PATHS = 20;
const COMMENTS = 20;
const NODES = 100;
const PLAIN = /^[A-Za-z][A-Za-z0-9_-]*$/;
const WORDS = new Set(["true", "false", "null", "yes", "no", "on", "off", "y", "n"]);
const ACTS = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** A run made of a session log; a Problem if it is none, or holds no graph. */
export function runOfLog(text: string): Run | Problem {
  const log = readSessionLog(text);
  if (isProblem(log)) return log;
  if (log.header.definition === null) return problem("invalid", "This session log holds no graph", "It was saved without its `definition`, so nothing can be expected of it.");
  const run = createRun(log.header.definition, Date.parse(log.header.started_at));
  feedLog(run, log.frames, "");
  return run;
}

/** Takes the lines of a session log in. */
export function feedLog(run: Run, lines: SessionLog["frames"], stream: string): void {
  for (const line of lines) {
    if (line.kind === "frame") feed(run, line.frame, line.at, stream);
    else hear(run, line.message, line.at);
  }
}

/** The file of what a run saw: of the trace of `token`, or of everything since On. */
export function record(run: Run, token: string | null = null): string | Problem {
  const scope = run.whole;
  const trace = token === null ? null : scope.traces.tokens.get(token)?.trace ?? null;
  if (token !== null && trace === null) return problem("invalid", "This trace is not in the recording", "It has no event since On, or has been forgotten.");
  const traces = trace === null ? [...tracesOf(scope)] : [trace];
  const lit = trace === null ? litBy(scope.events) : litBy(trace.visits.map(({ id }) => scope.byId.get(id)).filter((event) => event !== undefined));
  const names = namesOf(scope.graph);
  const known = lit.filter((uuid) => names.has(uuid));
  if (known.length === 0) return problem("invalid", "There is nothing to save", "No node has been seen so far.");
  const name = (uuid: string): string => scalar(names.get(uuid) ?? uuid);
  const walked = traces.map((one) => stretches(scope, one));
  const paths = distinct(walked.flatMap(({ paths: found }) => found)).slice(0, PATHS);
  const jumps = new Set(walked.flatMap(({ jumps: found }) => found));
  const misses = missesOf(scope.events);
  const lines = [
    `# Recorded from ${trace === null ? "everything since On" : "one trace"}. Read it, and take out what need not be so.`,
    ...lacking(run, scope, true).map((reason) => `# While this was recorded: ${clean(reason)}.`),
    `format: ${FORMAT}`, `graph: ${scalar(scope.graph.name)}`, "expect:", ...lists("lit", known.map(name)),
    ...paths.flatMap((path) => lists("path", path.map(name))),
    ...comments([...jumps].map((jump) => jumpText(jump, names)), "An unexpected step was seen, for which the graph has no way"),
    ...known.flatMap((uuid) => properties(scope, uuid, name(uuid))),
    "policy:",
    ...comments(misses, "A near miss was seen"),
    misses.length === 0 ? "  near_misses: fail" : "  near_misses: warn    # fail, once what is above is mended",
    "  unmapped: warn",
  ];
  return `${lines.join("\n")}\n`;
}

/** Nodes in the order in which they lit first. */
function litBy(events: readonly Kept[]): readonly string[] {
  const ordered = [...events].sort((a, b) => a.occurredAt - b.occurredAt || a.order - b.order || a.heard - b.heard);
  return [...new Set(ordered.flatMap(({ nodes }) => nodes))];
}

/** The jump-free stretches of a trace's walk, as node uuids, and its jumps. */
function stretches(scope: Scope, trace: Trace): { readonly paths: readonly (readonly string[])[]; readonly jumps: readonly string[] } {
  const uuid = (index: number): string => scope.graph.nodes[index]?.uuid ?? "";
  const paths: string[][] = [];
  const jumps: string[] = [];
  let here: string[] = [];
  const begin = (...nodes: string[]): void => { here = nodes; paths.push(here); };
  const moves: readonly Stride[] = walksOf(scope.traces, trace).first.filter(({ visit, move }) => visit.lit.length > 0 && move !== "stay");
  for (const { move, from, head } of moves) {
    if (move === "jump") jumps.push(`${uuid(from)}\n${uuid(head)}`);
    if (move !== "step") begin(uuid(head));
    else if (here.at(-1) !== uuid(from)) begin(uuid(from), uuid(head));
    else if (here.length >= NODES) begin(uuid(from), uuid(head));
    else here.push(uuid(head));
  }
  return { paths: paths.filter((path) => path.length > 1), jumps };
}

/** Each path once, and none that is part of another; the longest first. */
function distinct(paths: readonly (readonly string[])[]): readonly (readonly string[])[] {
  const all = [...new Map(paths.map((path) => [path.join("\n"), path])).values()].sort((a, b) => b.length - a.length);
  const kept: (readonly string[])[] = [];
  for (const path of all) if (kept.length < 10 * PATHS && !kept.some((longer) => within(path, longer))) kept.push(path);
  return kept;
}

function within(path: readonly string[], longer: readonly string[]): boolean {
  return longer.some((_, start) => path.every((node, n) => longer[start + n] === node));
}

/** Properties that a node's filters read and every event that lit it has; the filter's own values
 * as a comment. */
function properties(scope: Scope, uuid: string, name: string): readonly string[] {
  const filters = scope.graph.listens.filter(({ node }) => node === uuid).flatMap((listen) => listen.filters).filter(({ property_type }) => property_type === "event");
  const events = scope.events.filter(({ nodes }) => nodes.includes(uuid));
  const has = (event: Kept, path: string): boolean => elements(ownValue(event.properties, path)).some((value) => value !== null);
  return [...new Set(filters.map(({ property }) => property))].filter((path) => events.every((event) => has(event, path))).flatMap((path) => {
    const wanted = filters.find(({ property, operator }) => property === path && (operator === "is" || operator === "is any of"));
    const key = ["type", "event", "node", "source", "trace", "is", "from", "seen", "near"].includes(path) ? `properties.${path}` : path;
    const line = [`  - each: ${name}`, `    where: ${scalar(`${quote(key)}?`)}`];
    return wanted === undefined ? line : [...line, `    # where: ${scalar(`${quote(key)}:${wanted.values.map(quote).join(",")}`)}`];
  });
}

/** Near misses, each name and reason once. */
function missesOf(events: readonly Kept[]): readonly string[] {
  const found = new Map<string, number>();
  for (const { name, near } of events) for (const { reason } of near) { const text = `${quoted(name)}: ${clean(reason)}`; found.set(text, (found.get(text) ?? 0) + 1); }
  return [...found.keys()].sort();
}

function jumpText(jump: string, names: ReadonlyMap<string, string>): string {
  const [from = "", to = ""] = jump.split("\n");
  return `${shown(names.get(from) ?? from)} to ${shown(names.get(to) ?? to)}`;
}

function comments(texts: readonly string[], what: string): readonly string[] {
  const more = texts.length - COMMENTS;
  return [...texts.slice(0, COMMENTS).map((text) => `  # ${what}: ${text}`), ...(more > 0 ? [`  # and ${counted(more, "further one", "further ones")}`] : [])];
}

/** A list of nodes, cut at the longest list that a file may hold. */
function lists(key: string, nodes: readonly string[]): readonly string[] {
  const parts: string[] = [];
  for (let n = 0; n < nodes.length; n += NODES) parts.push(`  - ${key}: [${nodes.slice(n, n + NODES).join(", ")}]`);
  return parts;
}

/** How a file can name each node: by its id or label, the first that is no other node's, else its
 * uuid. */
function namesOf(graph: Graph): ReadonlyMap<string, string> {
  const uses = new Map<string, number>();
  for (const { uuid, id, label } of graph.nodes) for (const word of new Set([uuid, id, label])) uses.set(word, (uses.get(word) ?? 0) + 1);
  return new Map(graph.nodes.map(({ uuid, id, label }) => [uuid, [id, label].find((word) => word.trim() !== "" && word.length <= 500 && uses.get(word) === 1) ?? uuid]));
}

/** Text as a YAML scalar that reads back as this very text. */
function scalar(text: string): string {
  if (PLAIN.test(text) && !WORDS.has(text.toLowerCase())) return text;
  return JSON.stringify(text).replace(ACTS, (sign) => Array.from({ length: sign.length }, (_, n) => `\\u${sign.charCodeAt(n).toString(16).padStart(4, "0")}`).join(""));
}
