/** Hears the calls that a snippet's stub gathers before the SDK is there: only here is their true order and time to be had. */
import { quietly } from "./hear.ts";
import { keysOf, type Page } from "./hook.ts";
import { EVENT_TYPES, type EventType, type SdkEvent } from "./sdk.ts";

/** One call on the stub: which method, with what, when (milliseconds since 1970 by the page's clock). */
export interface StubCall {
  readonly type: EventType;
  readonly args: readonly unknown[];
  readonly at: number;
}

/** Calls kept until the SDK replays them. */
const KEPT = 500;

/** The stub calls of a page that the SDK has not replayed yet. */
export interface StubCalls {
  /** The call that `event` is the replay of, taken out; undefined where it is a call of its own. */
  take(event: SdkEvent): StubCall | undefined;
  /** What has waited since before `deadline` and will hardly be replayed. */
  overdue(deadline: number): readonly StubCall[];
}

/** Listens to the stubs of `page`. Calls that the stub holds already have lost their time and get the time of looking. */
export function hearStubs(page: Page, globalKeys: readonly string[], now: () => number): StubCalls {
  const calls: StubCall[] = [];
  const note = (call: unknown): void => {
    if (!Array.isArray(call) || calls.length >= KEPT) return;
    const [type, ...args] = call as readonly unknown[];
    if (isEventType(type)) calls.push({ type, args, at: now() });
  };
  const listen = (value: unknown): void => {
    if (!Array.isArray(value) || "__dagnetTap" in value) return;
    Object.defineProperty(value, "__dagnetTap", { value: true });
    for (const call of value) note(call);
    const push = value.push.bind(value);
    value.push = (...pushed: unknown[]) => {
      for (const call of pushed) quietly(() => { note(call); });
      return push(...pushed);
    };
  };
  for (const key of keysOf(page, globalKeys)) quietly(() => { watchKey(page, key, listen); });
  return {
    take: (event) => {
      const place = calls.findIndex((call) => call.type === event.type && named(call) === event[call.type === "track" ? "event" : "name"]);
      return place < 0 ? undefined : calls.splice(place, 1)[0];
    },
    overdue: (deadline) => {
      const late = calls.filter((call) => call.at < deadline);
      if (late.length) calls.splice(0, calls.length, ...calls.filter((call) => call.at >= deadline));
      return late;
    },
  };
}

/** Listens to what stands at `key`, or will: the property stays an ordinary one to the page. */
function watchKey(page: Page, key: string, listen: (value: unknown) => void): void {
  listen(page[key]);
  const plain = Object.getOwnPropertyDescriptor(page, key);
  if (plain && (!plain.configurable || plain.get)) return;
  let value = page[key];
  Object.defineProperty(page, key, {
    configurable: true,
    enumerable: true,
    get: () => value,
    set: (next: unknown) => {
      value = next;
      quietly(() => { listen(next); });
    },
  });
}

/** What a call says its event is named, as far as the arguments alone tell. */
function named(call: StubCall): unknown {
  const [first, second] = call.args;
  if (call.type === "track") return first;
  if (call.type !== "page" && call.type !== "screen") return undefined;
  return typeof second === "string" ? second : typeof first === "string" ? first : undefined;
}

function isEventType(value: unknown): value is EventType {
  return (EVENT_TYPES as readonly unknown[]).includes(value);
}
