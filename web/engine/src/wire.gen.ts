// Generated from the Python values by tools/wire_types.py; do not edit.

/** In mode `local`: the secret by which a page proves that it was opened by a one-time link. */
export const PAGE_HEADER = "x-realtime-page";
/** Version of the frames: raised if a reader of the last one would misread a frame. */
export const PROTOCOL = 1;
/** Without other frames a viewer gets a heartbeat this often; proxies commonly cut at 30 s. */
export const HEARTBEAT_MS = 15000;
/** A connection without any frame for this long is taken for dead. Longer than `POLL_MS`. */
export const STALE_MS = 20000;
/** How long a page lets a poll wait for a first frame. */
export const POLL_MS = 10000;
/** As `STALE_MS`, through a provider. Shorter, so that the page changes to a stream in time. */
export const RELAY_STALE_MS = 18000;
/** How often a page asks the server for its relay subscription, which checks its permission. */
export const RELAY_CHECK_MS = 8000;
/** A function's channel name lasts this long; a viewer who loses permission hears nothing later. */
export const FUNCTION_CHANNEL_MS = 900000;
/** Before and after a change of name both names count: clocks differ, and requests take time. */
export const FUNCTION_CHANNEL_OVERLAP_MS = 90000;
/** How often a page asks the server for a function's channel names. */
export const FUNCTION_CHECK_MS = 30000;
/** Without an answer for this long a page must assume that its channel name is an old one. */
export const FUNCTION_LOST_MS = 80000;

/** The first frame of every stream. */
export interface Hello {
  readonly op: "hello";
  readonly watch_session_id: string;
  readonly position: string;
  readonly graph_version: string;
  readonly started_at: string;
  readonly sampling: number;
  readonly posture: Guarantees;
  readonly ledger: Readonly<Record<string, IngestCounters>>;
  readonly protocol: number;
}

/** The data quality of a view, as it is shown to the viewer. */
export interface Guarantees {
  readonly identity: string;
  readonly sample: number;
  readonly carried_per_second: number;
  readonly dedupe_window: number;
  readonly dedupe_entries: number;
  readonly retention: number;
  readonly properties: readonly string[];
  readonly deny: readonly string[];
  readonly trace: readonly string[];
  readonly redacted: boolean;
  readonly exact_counts: boolean;
  readonly filtered: "browser" | "server";
  readonly notes: readonly string[];
}

/** Counters of one source at the ingest, since this process began. */
export interface IngestCounters {
  readonly received: number;
  readonly refused: Readonly<Record<string, number>>;
  readonly rate_limited: number;
  readonly unwatched: number;
  readonly duplicate: number;
  readonly taken: number;
  readonly placeholder?: number;
  readonly shared_id?: number;
  readonly gaps?: number;
}

/** The entries in `(from, position]`: exact counts, and as many events as the budget allows. */
export interface Batch {
  readonly op: "batch";
  readonly from: string;
  readonly position: string;
  readonly counts: Readonly<Record<string, number>>;
  readonly unmapped: Readonly<Record<string, number>>;
  readonly other: number;
  readonly events: readonly FrameEvent[];
  readonly threshold: number;
  readonly ledger: FrameCounts;
  readonly age_ms?: number;
}

/** An event in a frame: its log entry, and the nodes that it lights in this view. */
export interface FrameEvent {
  readonly id: string;
  readonly type: "alias" | "delete" | "group" | "identify" | "page" | "screen" | "track";
  readonly name: string;
  readonly occurred_at: string;
  readonly arrived_at: string;
  readonly segment_received_at: null | string;
  readonly source: string;
  readonly traces: readonly Token[];
  readonly nodes: readonly string[];
  readonly properties: Readonly<Record<string, boolean | null | number | readonly (boolean | null | number | string)[] | string>>;
  readonly flags: readonly ("late" | "maybe_repeat" | "partial" | "placeholder" | "replayed" | "sampled_out" | "shared_id" | "test" | "violation")[];
  readonly offset?: number;
  readonly revealed?: Readonly<Record<string, string>>;
}

/** A pseudonym of one trace identifier. */
export interface Token {
  readonly kind: string;
  readonly token: string;
}

/** Counts of the log's range `(from, position]` in one view. */
export interface FrameCounts {
  readonly offered: number;
  readonly lit: number;
  readonly unmapped: number;
  readonly filtered: number;
  readonly missed: number;
  readonly carried: number;
  readonly thinned: number;
  readonly sampled_out: number;
  readonly forgotten: number;
}

/** Entries that the viewer missed, and why; the view goes on at `to`. */
export interface Gap {
  readonly op: "gap";
  readonly from: string;
  readonly to: string;
  readonly missed: null | number;
  readonly reason: string;
}

/** The graph's files, the policy or the role changed. */
export interface Change {
  readonly op: "change";
  readonly graph_version: string;
  readonly policy_version: string;
  readonly sampling: number;
  readonly posture: Guarantees;
  readonly since: string;
}

/** A person asked to be deleted or suppressed: drop all that carries these tokens. */
export interface Forget {
  readonly op: "forget";
  readonly tokens: readonly string[];
}

/** Nothing happened up to `now`. `ledger` holds the ingest counters by source. */
export interface Heartbeat {
  readonly op: "beat";
  readonly now: string;
  readonly position: string;
  readonly ledger: Readonly<Record<string, IngestCounters>>;
}

/** The others who follow traces on the viewer's graph, in place of all told before. */
export interface Company {
  readonly op: "company";
  readonly follows: readonly Follower[];
}

/** A person who signed in by name, and the tokens of the traces that they follow. */
export interface Follower {
  readonly name: string;
  readonly tokens: readonly string[];
}

/** The stream ends. Reconnect after `retry_after` seconds; None: don't reconnect. */
export interface Close {
  readonly op: "bye";
  readonly reason: string;
  readonly retry_after: null | number;
}

/** One graph with its event bindings. */
export interface Graph {
  readonly name: string;
  readonly file: string;
  readonly version: string;
  readonly title: string;
  readonly nodes: readonly Node[];
  readonly edges: readonly Edge[];
  readonly listens: readonly EventBinding[];
  readonly postits: readonly Note[];
  readonly containers: readonly Container[];
  readonly warnings: readonly Warning[];
}

/** A step of the graph. */
export interface Node {
  readonly uuid: string;
  readonly id: string;
  readonly label: string;
  readonly type: "case" | "normal";
  readonly event_id: string;
  readonly absorbing: boolean;
  readonly outcome: string;
  readonly start: boolean;
  readonly x: null | number;
  readonly y: null | number;
  readonly colour: string;
  readonly description: string;
  readonly url: string;
  readonly variants: readonly Variant[];
  readonly dark: string;
}

/** One arm of a case node and its share of the traffic, 0 to 1. */
export interface Variant {
  readonly name: string;
  readonly weight: number;
}

/** A connection from `source` to `target` (node uuids). */
export interface Edge {
  readonly uuid: string;
  readonly id: string;
  readonly source: string;
  readonly target: string;
  readonly source_face: "bottom" | "left" | "right" | "top";
  readonly target_face: "bottom" | "left" | "right" | "top";
  readonly p: null | number;
  readonly label: string;
  readonly variant: string;
  readonly conditional: boolean;
}

/** The event that lights a node: its names, the rule they come from, and filters that must all hold. */
export interface EventBinding {
  readonly node: string;
  readonly label: string;
  readonly event_id: string;
  readonly names: readonly string[];
  readonly rule: "amplitude" | "event_id" | "segment";
  readonly filters: readonly Filter[];
}

/** One condition of an event definition; `values` are alternatives. */
export interface Filter {
  readonly property: string;
  readonly operator: string;
  readonly values: readonly string[];
  readonly property_type: "event" | "user";
  readonly unkept?: string;
  readonly unsure?: readonly string[];
}

/** A note on the canvas. */
export interface Note {
  readonly id: string;
  readonly text: string;
  readonly colour: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A labelled frame on the canvas. */
export interface Container {
  readonly id: string;
  readonly label: string;
  readonly colour: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** An oddity in the files that does not stop the graph: a code, where it is, and a sentence. */
export interface Warning {
  readonly code: string;
  readonly where: string;
  readonly text: string;
}

/** The first line of a session log: what wrote it, and what was watched. */
export interface SessionLogHeader {
  readonly format: "dagnet-realtime-session-log";
  readonly version: number;
  readonly graph: string;
  readonly graph_version: string;
  readonly watch_session_id: string;
  readonly started_at: string;
  readonly policy: Guarantees;
  readonly definition: Graph | null;
  readonly binds: Readonly<Record<string, string>>;
}

/** A stage of the message `id`, as observed in the page. */
export interface TapLine {
  readonly op: "tap";
  readonly id: string;
  readonly stage: "called" | "delivered" | "dropped" | "enriched" | "failed";
  readonly reason: null | string;
  readonly page: null | string;
  readonly events: readonly FrameEvent[];
}

export type Frame = Hello | Batch | Gap | Change | Forget | Heartbeat | Company | Close;
