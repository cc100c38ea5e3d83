/** The evaluator for a host that speaks JSON: Python by V8 or by a Node process. Every function
 * takes and returns plain values as JSON text, and a run is a number. */
import { checkFrame, checkGraph, isProblem, isRecord, type Problem, readJson, readSessionLog } from "./engine.ts";
import { Judge, type Outcome, type Report, type Verdict } from "./judge.ts";
import { compileSpec, pathsOf, type Plan, type Unkept } from "./plan.ts";
import { feedLog, record, runOfLog } from "./record.ts";
import { closeScope, createRun, feed, lacks, openScope, refresh, type Run } from "./run.ts";
import { seed } from "./scope.ts";
import { type Expectation, type Issue, MOST, readExpectation, readPolicy, readSpec, type Spec } from "./spec.ts";

interface File {
  readonly name: string;
  readonly plan: Plan;
  readonly judge: Judge;
}

interface Check {
  readonly scope: string;
  readonly judge: Judge;
}

interface Open {
  readonly run: Run;
  readonly files: readonly File[];
  readonly checks: Map<string, Check>;
  readonly unkept: Unkept;
}

const opened = new Map<number, Open>();
const NO_POLICY = { nearMisses: "allow", unmapped: "allow", allow: [] } as const;
let count = 0;

/** What a file says: its issues and warnings with their places, the paths it reads, its waits. */
function read(specText: string, graphText: string, unkeptText: string): unknown {
  const spec = readSpec(readJson(specText));
  if (!isSpec(spec)) return { issues: spec };
  const head = { graph: spec.graph, wait: spec.waitMs, settle: spec.settleMs, paths: pathsOf(spec), titles: spec.expect.map(({ title, path }) => ({ title, path })) };
  if (graphText === "") return { issues: [], warnings: [], ...head };
  const graph = checkGraph(readJson(graphText));
  if (isProblem(graph)) return { issues: [{ path: ["graph"], text: graph.detail }], ...head };
  const plan = compileSpec(spec, graph, unkeptOf(unkeptText));
  return isPlan(plan) ? { issues: [], warnings: plan.warnings, ...head } : { issues: plan, ...head };
}

/** Opens a run on a graph: `files` are `{name, spec}`, all read without an issue. */
function open(graphText: string, at: number, filesText: string, unkeptText: string): unknown {
  const graph = checkGraph(readJson(graphText));
  if (isProblem(graph)) return graph;
  const run = createRun(graph, at);
  const unkept = unkeptOf(unkeptText);
  const files = list(readJson(filesText)).map((one): File | null => {
    const { name, spec } = isRecord(one) ? one : {};
    const plan = planOf(spec, run, unkept);
    return isPlan(plan) ? { name: String(name), plan, judge: new Judge(run, run.whole, plan) } : null;
  });
  if (files.some((file) => file === null)) return problemOf("A file has issues", "Ask `read` for them first.");
  count += 1;
  opened.set(count, { run, files: files.filter((file) => file !== null), checks: new Map(), unkept });
  return { run: count };
}

function close(id: number): unknown {
  return { closed: opened.delete(id) };
}

/** Takes frames in: a list of `{at, …frame}`, or its JSON text. Those that cannot be read are
 * counted as lost. */
function take(id: number, frames: unknown, stream: string): unknown {
  const { run } = of(id);
  let wrong = 0;
  for (const line of list(typeof frames === "string" ? readJson(frames) : frames)) {
    const at = isRecord(line) && typeof line.at === "number" ? line.at : run.startedAt;
    const frame = checkFrame(line);
    if (isProblem(frame)) wrong += 1;
    else feed(run, frame, at, stream);
  }
  if (wrong > 0) run.loss.unknown += wrong;
  return state(run);
}

/** Takes a session log in; its header, and how many lines could not be read. */
function takeLog(id: number, text: string, stream: string): unknown {
  const { run } = of(id);
  const log = readSessionLog(text);
  if (isProblem(log)) return log;
  feedLog(run, log.frames, stream);
  return { graph: log.header.graph, version: log.header.graph_version, skipped: log.skipped, thinned: run.loss.thinned, ...state(run) };
}

/** The header of a session log alone, and its graph. */
function head(text: string): unknown {
  const log = readSessionLog(text.slice(0, text.indexOf("\n") < 0 ? text.length : text.indexOf("\n")));
  return isProblem(log) ? log : { graph: log.header.graph, version: log.header.graph_version, started_at: log.header.started_at, definition: log.header.definition };
}

/** The graph of a run. */
function definition(id: number): unknown {
  return of(id).run.graph;
}

/** A report on each file. */
function report(id: number, ended: boolean): unknown {
  return of(id).files.map(({ name, judge }) => ({ name, ...judge.report(ended) }));
}

/** Whether an event that comes can meet something before the end: of a check, of each file if `key`
 * is "". It costs a fraction of a report. */
function waits(id: number, key: string): unknown {
  const held = of(id);
  if (key === "") return held.files.map(({ name, judge }) => ({ name, waits: judge.waits() }));
  return { waits: held.checks.get(key)?.judge.waits() ?? false };
}

/** Opens a scope, and names the messages that make its identifiers known. */
function scope(id: number, name: string): unknown {
  const { run } = of(id);
  if (!run.scopes.has(name)) openScope(run, name);
  return { scope: name };
}

function mark(id: number, messageId: string): unknown {
  of(id).run.markers.add(messageId);
  return {};
}

/** The token that a marker brought, "" if it had none, null before it came. */
function marked(id: number, messageId: string): unknown {
  return { token: of(id).run.marked.get(messageId) ?? null };
}

function claim(id: number, name: string, token: string): unknown {
  const { run } = of(id);
  const found = run.scopes.get(name);
  if (found !== undefined && !found.seeds.has(token)) seed(found, token);
  return state(run);
}

/** A check of a scope: one expectation, a list, or `{file}`; null `scope` is the whole run. */
function check(id: number, name: string, key: string, text: string): unknown {
  const held = of(id);
  const { run, checks } = held;
  const within = name === "" ? run.whole : run.scopes.get(name);
  if (within === undefined) return problemOf("There is no such scope", name);
  const value = readJson(text);
  const plan = checkPlan(held, value);
  if (!isPlan(plan)) return { issues: plan };
  checks.set(key, { scope: name, judge: new Judge(run, within, plan) });
  return { ...verdictOf(held, key, false), warnings: plan.warnings };
}

/** How a check stands. */
function verdict(id: number, key: string, ended: boolean): unknown {
  return verdictOf(of(id), key, ended);
}

/** The policy of a scope, and how many events it has, for its end. */
function policy(id: number, name: string, text: string): unknown {
  const { run } = of(id);
  const found = run.scopes.get(name);
  const read = readPolicy(readJson(text));
  if (found === undefined) return problemOf("There is no such scope", name);
  if (!("allow" in read)) return { issues: read };
  return new Judge(run, found, { graph: run.graph, waitMs: 0, settleMs: 0, items: [], policy: read, warnings: [] }).report(true);
}

/** Ends a scope with its checks. */
function drop(id: number, name: string): unknown {
  const { run, checks } = of(id);
  const found = run.scopes.get(name);
  if (found !== undefined) closeScope(run, found);
  for (const [key, one] of checks) if (one.scope === name) checks.delete(key);
  return {};
}

/** When the last event of a scope came, and how many it has. */
function quiet(id: number, name: string): unknown {
  const { run } = of(id);
  refresh(run);
  const found = name === "" ? run.whole : run.scopes.get(name);
  return { events: found?.events.length ?? 0, last: Math.max(-1, ...(found?.events.slice(-50).map(({ at }) => at) ?? [])) };
}

/** The expectation file of a session log: of the trace of `token`, "" of everything. */
function recordLog(text: string, token: string): unknown {
  const run = runOfLog(text);
  if (isProblem(run)) return run;
  const made = record(run, token === "" ? null : token);
  return isProblem(made) ? made : { text: made };
}

const FUNCTIONS = { read, open, close, take, takeLog, head, definition, report, waits, scope, mark, marked, claim, check, verdict, policy, drop, quiet, record: recordLog } as const;

/** Calls a function by its name with JSON arguments, and gives JSON. */
export function call(name: string, argumentsText: string): string {
  const wanted = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name as keyof typeof FUNCTIONS] : null;
  if (wanted === null) return JSON.stringify(problemOf("There is no such function", name));
  return JSON.stringify((wanted as (...values: unknown[]) => unknown)(...list(readJson(argumentsText))));
}

function checkPlan(held: Open, value: unknown): Plan | readonly Issue[] {
  const { run, unkept } = held;
  if (isRecord(value) && typeof value.file === "string" && Object.keys(value).length === 1) {
    const { file } = value;
    const found = held.files.find(
      ({ name }) => name === file || name.replace(/^.*\//, "").replace(/\.ya?ml$/, "") === file);
    return found?.plan ?? [{ path: ["file"], text: `there is no expectations file ${file}; those here are ${held.files.map(({ name }) => name).join(", ") || "none"}` }];
  }
  const items: Expectation[] = [];
  const wanted = Array.isArray(value) ? (value as unknown[]) : [value];
  if (wanted.length === 0) return [{ path: [], text: "a check has no expectation, and would be met by nothing" }];
  if (wanted.length > MOST) return [{ path: [], text: `a check has ${wanted.length} expectations, and ${MOST} are the most` }];
  for (const [n, one] of wanted.entries()) {
    const expectation = readExpectation(one, n);
    if (!("matcher" in expectation)) return expectation;
    items.push(expectation);
  }
  const spec: Spec = { graph: run.graph.name, about: "", waitMs: 0, settleMs: 0, expect: items, policy: NO_POLICY };
  return compileSpec(spec, run.graph, unkept);
}

function verdictOf(held: Open, key: string, ended: boolean): { readonly verdict: Outcome; readonly items: readonly Verdict[] } | Problem {
  const found = held.checks.get(key);
  if (found === undefined) return problemOf("There is no such check", key);
  const made: Report = found.judge.report(ended);
  return { verdict: made.verdict, items: made.items };
}

function planOf(value: unknown, run: Run, unkept: Unkept): Plan | readonly Issue[] {
  const spec = readSpec(value);
  return isSpec(spec) ? compileSpec(spec, run.graph, unkept) : spec;
}

function isSpec(read: Spec | readonly Issue[]): read is Spec {
  return "expect" in read;
}

function isPlan(read: Plan | readonly Issue[]): read is Plan {
  return "items" in read;
}

function unkeptOf(text: string): Unkept {
  const value = readJson(text);
  return isRecord(value) ? Object.fromEntries(Object.entries(value).filter((pair): pair is [string, string] => typeof pair[1] === "string")) : {};
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : [];
}

function state(run: Run): { readonly events: number; readonly last: number; readonly lacks: boolean } {
  return { events: run.events.length, last: Number.isFinite(run.lastAt) ? run.lastAt : -1, lacks: lacks(run) };
}

function of(id: number): Open {
  const found = opened.get(id);
  if (found === undefined) throw new Error(`There is no run ${id}`);
  return found;
}

function problemOf(title: string, detail: string): Problem {
  return { problem: true, code: "invalid", title, detail };
}
