/** Hears the calls made before the SDK is there, on a snippet's stub or a loader of the npm package: only here are their true order and time to be had. */
import { keysOf, type Page } from "./hook.ts";
import { watchProperty } from "./property.ts";
import { quietly } from "./quietly.ts";
import { EVENT_TYPES, type EventType, type SdkEvent } from "./sdk.ts";

/** One call: which method, with what, when (milliseconds since 1970 by the page's clock), and what its event is named. */
export interface StubCall {
  readonly type: EventType;
  readonly args: readonly unknown[];
  readonly at: number;
  readonly name: unknown;
}

/** Calls kept until the SDK replays them. */
const KEPT = 500;

/** The early calls of a page that the SDK has not replayed yet. */
export interface StubCalls {
  /** How many they are. */
  size(): number;
  /** Listens to a loader that stands under no name. */
  listen(value: unknown): void;
  /** The call that `event` is the replay of, taken out; undefined where it is a call of its own. */
  take(event: SdkEvent): StubCall | undefined;
  /** What has waited since before `deadline` and will hardly be replayed, taken out. */
  overdue(deadline: number): readonly StubCall[];
}

/** Listens to the stubs of `page`. Calls that a stub holds already have lost their time and get the time of looking. */
export function hearStubs(page: Page, globalKeys: readonly string[], now: () => number): StubCalls {
  let calls: readonly StubCall[] = [];
  const known = new WeakSet();
  const note = ([method, ...args]: readonly unknown[]): void => {
    const type = EVENT_TYPES.find((one) => one === method);
    // Calls of one millisecond keep their order, too.
    const at = Math.max(now(), 0.001 + (calls.at(-1)?.at ?? 0));
    if (type && calls.length < KEPT) calls = [...calls, { type, args, at, name: named(type, args) }];
  };
  /** Listens to the method by which `store` gathers calls. */
  const wrap = (store: object, method: string, of: (gathered: never) => readonly unknown[]): void => {
    const methods = store as Record<string, (...gathered: never[]) => unknown>;
    const gather = methods[method];
    if (known.has(store) || !gather) return;
    known.add(store);
    methods[method] = function (this: unknown, ...gathered) {
      for (const one of gathered) quietly(() => { note(of(one)); });
      return gather.apply(this, gathered);
    };
  };
  const listen = (value: unknown): void => {
    quietly(() => {
      if (Array.isArray(value)) {
        if (!known.has(value)) for (const call of value) quietly(() => { note(call as readonly unknown[]); });
        wrap(value, "push", (call) => call);
      } else wrap((value as { _preInitBuffer: object })._preInitBuffer, "add", ({ method, args }: { method: unknown; args: readonly unknown[] }) => [method, ...args]);
    });
  };
  for (const key of keysOf(page, globalKeys)) quietly(() => { watchProperty(page, key, listen); });
  return {
    size: () => calls.length,
    listen,
    take: (event) => {
      const name = event.type === "track" ? event.event : event.name;
      const call = calls.find((one) => one.type === event.type && one.name === (name ?? undefined));
      if (call) calls = calls.filter((one) => one !== call);
      return call;
    },
    overdue: (deadline) => {
      const late = calls.filter(({ at }) => at < deadline);
      calls = calls.filter(({ at }) => at >= deadline);
      return late;
    },
  };
}

/** What the event of a call is named, as the SDK reads its arguments. */
function named(type: EventType, args: readonly unknown[]): unknown {
  const [first, second] = args;
  if (type === "track") return (Object(first) as SdkEvent).event ?? first;
  if (type !== "page" && type !== "screen") return undefined;
  const texts = args.filter((one) => typeof one === "string");
  return texts.length > 1 ? second : texts[0];
}
