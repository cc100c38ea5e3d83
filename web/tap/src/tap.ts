/** The tap: observes every message of every instance of the SDK in a page, and reports them over
 * its sinks.
 */
import { listenTo, oncePerStage, type Stage } from "./sdkListener.ts";
import { discoverSdks, type Page } from "./sdkDiscovery.ts";
import { safely } from "./safely.ts";
import { read, textOf } from "./read.ts";
import { appendEntry, createBuffer, MAX_ENTRIES } from "./buffer.ts";
import { EVENT_TYPES, type Sdk, type SdkEvent } from "./sdk.ts";
import { type Sink, createReporter, type Reporter } from "./reporter.ts";
import { listenToStubs } from "./stubListener.ts";
import type { SdkSeen } from "./protocol.ts";

declare global {
  /** The page's tap, if it has one: the extension and the page share it. */
  var __dagnetRealtimeTap: Tap | undefined;
}

export interface TapOptions {
  readonly sinks?: readonly Sink[];
  /** Further names than `analytics` under which an instance may stand in the page. */
  readonly keys?: readonly string[];
}

export interface Tap {
  /** Listens to an instance, or a loader of the npm package, that no name in `window` leads to. */
  listen(analytics: unknown): void;
  /** Adds a channel to Realtime; returns a function that closes it. */
  speak(sink: Sink): () => void;
  stop(): void;
}

/** Reports are at least this far apart. */
const REPORT_MS = 50;
/** Replays of early calls come grouped by method; they are awaited for at most so long, so that
 * they are reported in the order of the calls.
 */
const REPLAY_MS = 500;
/** A reported early call is recognised in its replay for so long after the SDK is ready. */
const KNOWN_MS = 2_000;
/** An early call that the SDK has not taken by then is reported without it; checked every second.
 */
const OVERDUE_MS = 10_000;
const CHECK_EVERY_MS = 1_000;
const LEFT = ", and the page was left";
/** What stands for an early call's message id until the SDK gives it one. */
const EARLY_ID = "tap-";

export function tap({ sinks = [], keys = [] }: TapOptions = {}): Tap {
  const scope = globalThis as unknown as Page;
  const buffer = createBuffer();
  const sdks: SdkSeen[] = [];
  const reporters: Reporter[] = [];
  const page = id();
  /** Time of each replayed early call, by message id. */
  const replayedAt = new Map<unknown, number>();
  let skipped = 0;
  let lastAt = 0;
  let replayUntil = 0;
  let knownUntil = 0;
  let leaving = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const record = (event: SdkEvent, stage: Stage, reason = "", calledAt?: number, replaces?: string): void => {
    const type = EVENT_TYPES.find((one) => one === event.type);
    if (!type) return;
    appendEntry(buffer, { snapshot: read(event, type, Date.now(), stage === "called" ? calledAt : undefined), stage, reason, calledAt, replaces });
    schedule();
  };
  const onStage = oncePerStage((event, stage, reason) => {
    const early = stage === "called" ? stubs.matchReplay(event, Date.now() < knownUntil) : undefined;
    if (early) replayedAt.set(event.messageId, early.at);
    // Under a flood calls go before what became of them.
    const waiting = buffer.end - Math.max(buffer.start, ...reporters.map((one) => one.acknowledged()));
    if ((stage === "enriched" || stage === "delivered") && waiting > MAX_ENTRIES / 2) skipped += 1;
    else record(event, stage, reason, replayedAt.get(event.messageId), early?.reportedAs);
  });
  const schedule = (): void => {
    if (leaving) bye();
    else timer ??= setTimeout(flush, lastAt + REPORT_MS - Date.now());
  };
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    lastAt = Date.now();
    if ((stubs.size() && lastAt < replayUntil) || reporters.map((one) => one.flush(lastAt, skipped)).includes(true)) schedule();
  };
  const bye = (): void => { for (const speaker of reporters) speaker.bye(Date.now(), skipped); };
  /** Reports early calls from before `deadline` that no SDK has taken. */
  const reportEarly = (deadline: number, when = ""): void => {
    const why = (sdks.some(({ heard }) => heard === undefined) ? "the SDK has not taken it" : sdks.length ? "this SDK cannot be heard" : "the SDK has not loaded") + when;
    for (const call of stubs.overdue(deadline)) {
      buffer.lost = stubs.lost();
      const { type, args, at, name } = call;
      const properties = args.find((one) => one instanceof Object && !("__t" in one));
      call.reportedAs = EARLY_ID + id();
      safely(() => { record({ type, messageId: call.reportedAs, event: name, name, properties }, "called", why, at); });
      call.args = [];
    }
  };
  const stubs = listenToStubs(scope, keys, Date.now, () => { if (leaving) reportEarly(Infinity, LEFT); });
  const late = setInterval(() => { reportEarly(Date.now() - OVERDUE_MS); }, CHECK_EVERY_MS);
  const seen = (sdk: Sdk, heard?: false): void => {
    const version = textOf(safely(() => sdk.VERSION)) ?? "";
    sdks.push({ version, key: (textOf(safely(() => sdk.settings?.writeKey)) ?? "").slice(-4), ...(heard === false ? { heard } : {}) });
    for (const speaker of reporters) speaker.offer();
  };
  const hooked = discoverSdks(
    scope,
    keys,
    (sdk) => {
      stubs.discover();
      replayUntil = Date.now() + REPLAY_MS;
      knownUntil = sdk.initialized ? Date.now() + KNOWN_MS : Infinity;
      listenTo(sdk, onStage, () => {
        replayUntil = Date.now() + REPLAY_MS;
        knownUntil = Date.now() + KNOWN_MS;
      });
      seen(sdk);
    },
    (sdk) => { seen(sdk, false); },
  );
  const add = (sink: Sink): (() => void) => {
    const speaker = createReporter(sink, { page, nonce: id(), buffer, sdks, onNews: schedule });
    reporters.push(speaker);
    return speaker.close;
  };
  sinks.forEach(add);
  const leave = (): void => {
    leaving = true;
    reportEarly(Infinity, LEFT);
    bye();
  };
  const back = (): void => {
    if (leaving) for (const speaker of reporters) speaker.offer();
    leaving = false;
  };
  addEventListener("pagehide", leave);
  addEventListener("pageshow", back);
  return {
    listen: (analytics) => {
      stubs.listen(analytics);
      // A loader of the npm package hands its instance over when it is there.
      if (analytics instanceof Object) void Promise.resolve(analytics as PromiseLike<[Sdk]> | [Sdk]).then(([sdk]) => { hooked.offer(sdk); }).catch(() => { hooked.offer(analytics); });
    },
    speak: add,
    stop: () => {
      hooked.stop();
      clearInterval(late);
      clearTimeout(timer);
      removeEventListener("pagehide", leave);
      removeEventListener("pageshow", back);
      for (const speaker of reporters.splice(0)) speaker.close();
    },
  };
}

function id(): string {
  return crypto.getRandomValues(new Uint32Array(3)).join();
}
