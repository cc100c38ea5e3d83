/** Listener for calls made before the SDK is there, on a snippet's stub or a loader of the npm
 * package: only here are their true order and time known.
 */
import { keysOf, type Page, watchProperty } from "./sdkDiscovery.ts";
import { safely } from "./safely.ts";
import { EVENT_TYPES, type EventType, type SdkEvent } from "./sdk.ts";

/** One call: method, arguments, time (milliseconds since 1970 by the page's clock), and its event's
 * name. `reportedAs` is the message id under which it was reported if no SDK took it in time.
 */
export interface StubCall {
  readonly type: EventType;
  args: readonly unknown[];
  readonly at: number;
  readonly name: unknown;
  reportedAs?: string;
}

/** A call in the buffer of an npm loader. */
interface Buffered {
  readonly method: unknown;
  readonly args: readonly unknown[];
}

/** Unreported calls kept, and calls kept until the SDK replays them: the oldest reported ones are
 * dropped first.
 */
const MAX_UNREPORTED = 500;
const MAX_CALLS = 5_000;

/** The early calls of a page that the SDK has not replayed yet, reported or not: a consent banner
 * may delay the SDK for an hour.
 */
export interface StubCalls {
  /** Number of unreported calls. */
  size(): number;
  /** Number of calls dropped because there were too many. */
  lost(): number;
  /** Discovers stubs under names that the page has added. */
  discover(): void;
  /** Listens to a loader that no name leads to. */
  listen(value: unknown): void;
  /** Removes and returns the call that `event` replays; undefined if it is a new call. A reported
   * call matches only while the SDK may be replaying.
   */
  matchReplay(event: SdkEvent, replaying?: boolean): StubCall | undefined;
  /** Unreported calls from before `deadline`. */
  overdue(deadline: number): readonly StubCall[];
}

/** Listens to the stubs of `page`, and calls `noted` after each call. Calls already in a stub have
 * lost their time and get the current one.
 */
export function listenToStubs(page: Page, globalKeys: readonly string[], now: () => number, noted: () => void = () => undefined): StubCalls {
  let calls: readonly StubCall[] = [];
  let lost = 0;
  const known = new WeakSet();
  const watched = new Set<string>();
  const note = ([method, ...args]: readonly unknown[]): void => {
    const type = EVENT_TYPES.find((one) => one === method);
    // Calls of one millisecond keep their order, too.
    const at = Math.max(now(), 0.001 + (calls.at(-1)?.at ?? 0));
    if (!type) return;
    if (calls.length >= MAX_CALLS) drop(calls.find(({ reportedAs: toldAs }) => toldAs));
    if (size() < MAX_UNREPORTED) calls = [...calls, { type, args, at, name: eventName(type, args) }];
    else lost += 1;
    noted();
  };
  const size = (): number => calls.filter(({ reportedAs: toldAs }) => !toldAs).length;
  const drop = (call: StubCall | undefined): void => { calls = calls.filter((one) => one !== call); };
  /** Listens to the method by which `store` gathers calls. */
  const wrap = (store: object, method: string, of: (gathered: never) => readonly unknown[]): void => {
    const methods = store as Record<string, (...gathered: never[]) => unknown>;
    const gather = methods[method];
    if (known.has(store) || !gather) return;
    known.add(store);
    methods[method] = function (this: unknown, ...gathered) {
      for (const one of gathered) safely(() => { note(of(one)); });
      return gather.apply(this, gathered);
    };
  };
  const listen = (value: unknown): void => {
    safely(() => {
      if (Array.isArray(value)) {
        if (!known.has(value)) for (const call of value) safely(() => { note(call as readonly unknown[]); });
        wrap(value, "push", (call) => call);
      } else {
        const buffer = (value as { _preInitBuffer: object & { _callMap?: Record<string, readonly Buffered[]> } })._preInitBuffer;
        const of = ({ method, args }: Buffered): readonly unknown[] => [method, ...args];
        if (!known.has(buffer)) for (const call of Object.values(buffer._callMap ?? {}).flat()) safely(() => { note(of(call)); });
        wrap(buffer, "add", of);
      }
    });
  };
  const discover = (): void => {
    for (const key of keysOf(page, globalKeys).filter((one) => !watched.has(one))) {
      watched.add(key);
      safely(() => { watchProperty(page, key, listen); });
    }
  };
  discover();
  return {
    discover,
    size,
    listen,
    lost: () => lost,
    matchReplay: (event, replaying = false) => {
      const name = event.type === "track" ? event.event : event.name;
      const call = calls.find((one) => one.type === event.type && one.name === (name ?? undefined) && (replaying || !one.reportedAs));
      drop(call);
      return call;
    },
    overdue: (deadline) => calls.filter(({ at, reportedAs: toldAs }) => at < deadline && !toldAs),
  };
}

/** What the event of a call is named, as the SDK reads its arguments. */
function eventName(type: EventType, args: readonly unknown[]): unknown {
  const [first, second] = args;
  if (type === "track") return (Object(first) as SdkEvent).event ?? first;
  if (type !== "page" && type !== "screen") return undefined;
  const texts = args.filter((one) => typeof one === "string");
  return texts.length > 1 ? second : texts[0];
}
