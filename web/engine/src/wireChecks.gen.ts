// Generated from the Python values by tools/wire_types.py; do not edit.

import { type Check, either, finite, flag, list, maybe, moment, object, oneOf, record, sieve, text, whole } from "./checks.ts";
import type { Frame } from "./wire.gen.ts";

export const guarantees = object({
  identity: [text, "token"],
  sample: [finite, 1],
  carried_per_second: [finite, 500],
  dedupe_window: [finite, 14400],
  dedupe_entries: [whole, 1000000],
  retention: [finite, 900],
  properties: [list(text), []],
  deny: [list(text), []],
  trace: [list(text), []],
  redacted: [flag, true],
  exact_counts: [flag, true],
  filtered: [oneOf("browser", "server"), "server"],
  notes: [list(text), []],
});

export const ingestCounters = object({
  received: [whole, 0],
  refused: [record(whole), {}],
  rate_limited: [whole, 0],
  unwatched: [whole, 0],
  duplicate: [whole, 0],
  taken: [whole, 0],
  placeholder: [whole],
  shared_id: [whole],
  gaps: [whole],
});

export const hello = object({
  watch_session_id: text,
  position: text,
  graph_version: text,
  started_at: moment,
  sampling: finite,
  posture: guarantees,
  ledger: [record(ingestCounters), {}],
  protocol: [whole, 0],
});

export const token = object({
  kind: text,
  token: text,
});

export const frameEvent = object({
  id: text,
  type: oneOf("alias", "delete", "group", "identify", "page", "screen", "track"),
  name: text,
  occurred_at: moment,
  arrived_at: moment,
  segment_received_at: [maybe(moment), null],
  source: text,
  traces: [list(token, 100), []],
  nodes: [list(text, 1000), []],
  properties: [record(maybe(either(text, finite, flag, list(maybe(either(text, finite, flag)), 1000))), 1000), {}],
  flags: [list(text, 100), []],
  offset: [whole],
});

export const frameCounts = object({
  offered: [whole, 0],
  lit: [whole, 0],
  unmapped: [whole, 0],
  filtered: [whole, 0],
  missed: [whole, 0],
  carried: [whole, 0],
  thinned: [whole, 0],
  sampled_out: [whole, 0],
  forgotten: [whole, 0],
});

export const batch = object({
  from: text,
  position: text,
  counts: [record(whole), {}],
  unmapped: [record(whole), {}],
  other: [whole, 0],
  events: [sieve(frameEvent), []],
  threshold: [finite, 1],
  ledger: [frameCounts, {}],
  age_ms: [whole],
});

export const gap = object({
  from: text,
  to: text,
  missed: [maybe(whole), null],
  reason: [text, ""],
});

export const change = object({
  graph_version: text,
  policy_version: text,
  sampling: finite,
  posture: guarantees,
  since: [text, ""],
});

export const forget = object({
  tokens: list(text),
});

export const heartbeat = object({
  now: text,
  position: text,
  ledger: [record(ingestCounters), {}],
});

export const follower = object({
  name: text,
  tokens: list(text),
});

export const company = object({
  follows: [list(follower), []],
});

export const close = object({
  reason: [text, ""],
  retry_after: [maybe(finite), null],
});

export const variant = object({
  name: text,
  weight: finite,
});

export const node = object({
  uuid: text,
  id: [text, ""],
  label: [text, ""],
  type: [oneOf("case", "normal"), "normal"],
  event_id: [text, ""],
  absorbing: [flag, false],
  outcome: [text, ""],
  start: [flag, false],
  x: [maybe(finite), null],
  y: [maybe(finite), null],
  colour: [text, ""],
  description: [text, ""],
  url: [text, ""],
  variants: [list(variant), []],
  dark: [text, ""],
});

export const edge = object({
  uuid: text,
  id: [text, ""],
  source: text,
  target: text,
  source_face: [oneOf("bottom", "left", "right", "top"), "right"],
  target_face: [oneOf("bottom", "left", "right", "top"), "left"],
  p: [maybe(finite), null],
  label: [text, ""],
  variant: [text, ""],
  conditional: [flag, false],
});

export const filter = object({
  property: text,
  operator: text,
  values: list(text),
  property_type: [oneOf("event", "user"), "event"],
  unkept: [text],
  unsure: [list(text)],
});

export const eventBinding = object({
  node: text,
  label: text,
  event_id: text,
  names: list(text),
  rule: oneOf("amplitude", "event_id", "segment"),
  filters: [list(filter), []],
});

export const note = object({
  id: text,
  text: text,
  colour: text,
  x: finite,
  y: finite,
  width: finite,
  height: finite,
});

export const container = object({
  id: text,
  label: text,
  colour: text,
  x: finite,
  y: finite,
  width: finite,
  height: finite,
});

export const warning = object({
  code: text,
  where: text,
  text: text,
});

export const graph = object({
  name: text,
  file: [text, ""],
  version: text,
  title: [text, ""],
  nodes: [list(node), []],
  edges: [list(edge), []],
  listens: [list(eventBinding), []],
  postits: [list(note), []],
  containers: [list(container), []],
  warnings: [list(warning), []],
});

export const tapLine = object({
  id: [text, ""],
  stage: oneOf("called", "delivered", "dropped", "enriched", "failed"),
  reason: [maybe(text), null],
  page: [maybe(text), null],
  events: [sieve(frameEvent), []],
});

/** The check of each kind of frame. */
export const FRAMES: Readonly<Record<Frame["op"], Check>> = { hello: hello, batch: batch, gap: gap, change: change, forget: forget, beat: heartbeat, company: company, bye: close };
