/** The tap: hears every message of every instance of the SDK in a page, and speaks for them over its sinks. */
import { hear, once, type Stage } from "./hear.ts";
import { hook, type Page } from "./hook.ts";
import { quietly } from "./quietly.ts";
import { read, textOf } from "./read.ts";
import { append, createRing, HELD } from "./ring.ts";
import { EVENT_TYPES, type Sdk, type SdkEvent } from "./sdk.ts";
import { type Sink, speak, type Speaker } from "./speaker.ts";
import { hearStubs } from "./stub.ts";
import type { SdkSeen } from "./wire.ts";

declare global {
  /** The page's tap, where it has one: the extension and the page itself share it. */
  var __dagnetRealtimeTap: Tap | undefined;
}

export interface TapOptions {
  readonly sinks?: readonly Sink[];
  /** Further names than `analytics` under which an instance may stand in the page. */
  readonly keys?: readonly string[];
}

export interface Tap {
  /** Listens to an instance, or a loader of the npm package, that stands nowhere in `window`. */
  listen(analytics: unknown): void;
  /** Adds a way to Realtime; answers how to give it up. */
  speak(sink: Sink): () => void;
  stop(): void;
}

/** Reports are at least this far apart. */
const REPORT_MS = 50;
/** Replays of early calls come grouped by method; for so long at most they are waited for, so that they are told in the order of the calls. */
const REPLAY_MS = 500;
/** An early call that was told already is known in its replay for so long after the SDK is ready. */
const KNOWN_MS = 2_000;
/** An early call that the SDK has not taken by then is reported without it; looked for every second. */
const OVERDUE_MS = 10_000;
const LOOK_EVERY_MS = 1_000;
const LEFT = ", and the page was left";
/** What stands for an early call's message id until the SDK gives it one. */
const EARLY_ID = "tap-";

export function tap({ sinks = [], keys = [] }: TapOptions = {}): Tap {
  const scope = globalThis as unknown as Page;
  const ring = createRing();
  const sdks: SdkSeen[] = [];
  const speakers: Speaker[] = [];
  const page = id();
  /** When early calls were made that the SDK has taken, by message id. */
  const taken = new Map<unknown, number>();
  let skipped = 0;
  let lastAt = 0;
  let replayUntil = 0;
  let knownUntil = 0;
  let leaving = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const keep = (event: SdkEvent, stage: Stage, reason = "", calledAt?: number, replaces?: string): void => {
    const type = EVENT_TYPES.find((one) => one === event.type);
    if (!type) return;
    append(ring, { snapshot: read(event, type, Date.now(), stage === "called" ? calledAt : undefined), stage, reason, calledAt, replaces });
    stir();
  };
  const tell = once((event, stage, reason) => {
    const early = stage === "called" ? stubs.take(event, Date.now() < knownUntil) : undefined;
    if (early) taken.set(event.messageId, early.at);
    // Under a flood calls go before what became of them.
    const waiting = ring.end - Math.max(ring.start, ...speakers.map((one) => one.settled()));
    if ((stage === "enriched" || stage === "delivered") && waiting > HELD / 2) skipped += 1;
    else keep(event, stage, reason, taken.get(event.messageId), early?.toldAs);
  });
  const stir = (): void => {
    if (leaving) bye();
    else timer ??= setTimeout(flush, lastAt + REPORT_MS - Date.now());
  };
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    lastAt = Date.now();
    if ((stubs.size() && lastAt < replayUntil) || speakers.map((one) => one.tell(lastAt, skipped)).includes(true)) stir();
  };
  const bye = (): void => { for (const speaker of speakers) speaker.bye(Date.now(), skipped); };
  /** Tells early calls of before `deadline` that no SDK has taken. */
  const tellEarly = (deadline: number, when = ""): void => {
    const why = (sdks.some(({ heard }) => heard === undefined) ? "the SDK has not taken it" : sdks.length ? "this SDK cannot be heard" : "the SDK has not loaded") + when;
    for (const call of stubs.overdue(deadline)) {
      ring.lost = stubs.lost();
      const { type, args, at, name } = call;
      const properties = args.find((one) => one instanceof Object && !("__t" in one));
      call.toldAs = EARLY_ID + id();
      quietly(() => { keep({ type, messageId: call.toldAs, event: name, name, properties }, "called", why, at); });
      call.args = [];
    }
  };
  const stubs = hearStubs(scope, keys, Date.now, () => { if (leaving) tellEarly(Infinity, LEFT); });
  const late = setInterval(() => { tellEarly(Date.now() - OVERDUE_MS); }, LOOK_EVERY_MS);
  const seen = (sdk: Sdk, heard?: false): void => {
    const version = textOf(quietly(() => sdk.VERSION)) ?? "";
    sdks.push({ version, key: (textOf(quietly(() => sdk.settings?.writeKey)) ?? "").slice(-4), ...(heard === false ? { heard } : {}) });
    for (const speaker of speakers) speaker.offer();
  };
  const hooked = hook(
    scope,
    keys,
    (sdk) => {
      stubs.look();
      replayUntil = Date.now() + REPLAY_MS;
      knownUntil = sdk.initialized ? Date.now() + KNOWN_MS : Infinity;
      hear(sdk, tell, () => {
        replayUntil = Date.now() + REPLAY_MS;
        knownUntil = Date.now() + KNOWN_MS;
      });
      seen(sdk);
    },
    (sdk) => { seen(sdk, false); },
  );
  const add = (sink: Sink): (() => void) => {
    const speaker = speak(sink, { page, nonce: id(), ring, sdks, stir });
    speakers.push(speaker);
    return speaker.close;
  };
  sinks.forEach(add);
  const leave = (): void => {
    leaving = true;
    tellEarly(Infinity, LEFT);
    bye();
  };
  const back = (): void => {
    if (leaving) for (const speaker of speakers) speaker.offer();
    leaving = false;
  };
  addEventListener("pagehide", leave);
  addEventListener("pageshow", back);
  return {
    listen: (analytics) => {
      stubs.listen(analytics);
      // A loader of the npm package hands its instance over when it is there.
      if (analytics instanceof Object) void Promise.resolve(analytics as PromiseLike<[Sdk]> | [Sdk]).then(([sdk]) => { hooked.take(sdk); }).catch(() => { hooked.take(analytics); });
    },
    speak: add,
    stop: () => {
      hooked.stop();
      clearInterval(late);
      clearTimeout(timer);
      removeEventListener("pagehide", leave);
      removeEventListener("pageshow", back);
      for (const speaker of speakers.splice(0)) speaker.close();
    },
  };
}

function id(): string {
  return crypto.getRandomValues(new Uint32Array(3)).join();
}
