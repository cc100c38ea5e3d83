/** Discovers every instance of the SDK in a page. */
import { safely } from "./safely.ts";
import type { Sdk } from "./sdk.ts";

// Property watcher; to the page the property stays an ordinary one.

/** Calls `seen` with the value at `key`, and with every later value. A property that cannot be
 * watched is read once.
 */
export function watchProperty(of: Record<string, unknown>, key: string, seen: (value: unknown) => void): void {
  let value = of[key];
  seen(value);
  if (Object.getOwnPropertyDescriptor(of, key)?.configurable === false) return;
  intercept(of, key, () => value, (next) => {
    value = next;
    seen(next);
  });
}

/** Puts a getter and a setter between the page and a property. */
export function intercept(of: object, key: string, get: () => unknown, set: (value: unknown) => void): void {
  Object.defineProperty(of, key, { configurable: true, enumerable: true, get, set });
}

// Discovery by the SDK's official inspector point, and by polling the usual names.

/** The page's global scope, as far as the tap touches it. */
export type Page = Record<string, unknown>;

interface Inspector {
  attach?: unknown;
}

const INSPECTOR = "__SEGMENT_INSPECTOR__";
/** Interval of polling for an SDK that loads without the inspector point. */
const POLL_MS = 500;

export interface Discovery {
  /** Offers a value that may be an instance which no name leads to. */
  offer(value: unknown): void;
  stop(): void;
}

/** Calls `found` once for every instance, present or future, and `unheard` for each analytics.js
 * before 2, which has no events to listen to.
 */
export function discoverSdks(page: Page, globalKeys: readonly string[], found: (sdk: Sdk) => void, unheard: (sdk: Sdk) => void = () => undefined): Discovery {
  const known = new WeakSet();
  let on = true;
  const offer = (value: unknown): void => {
    safely(() => {
      const sdk = isSdk(value) ? value : (value as { instance?: unknown } | null)?.instance ?? value;
      if (!on || !(sdk instanceof Object) || known.has(sdk)) return;
      if (isSdk(sdk)) found(sdk);
      else if (isFirstGeneration(sdk)) unheard(sdk);
      else return;
      known.add(sdk);
    });
  };
  const stop = (): void => {
    on = false;
    clearInterval(timer);
  };
  const poll = (): void => { for (const key of keysOf(page, globalKeys)) safely(() => { offer(page[key]); }); };
  safely(() => {
    page[INSPECTOR] ??= {};
    // Another inspector may put its own host there.
    watchProperty(page, INSPECTOR, (host) => { safely(() => { attach(host as Inspector, offer); }); });
  });
  const timer = setInterval(poll, POLL_MS);
  poll();
  return { offer, stop };
}

/** Wraps the inspector of `host`, which is called as if the tap were not there. */
function attach(host: Inspector, offer: (value: unknown) => void): void {
  let other = host.attach;
  const ours = function (this: unknown, sdk: unknown): unknown {
    offer(sdk);
    return typeof other === "function" ? (other.call(this, sdk) as unknown) : undefined;
  };
  intercept(host, "attach", () => ours, (next) => { if (next !== ours) other = next; });
}

/** Names of an instance: the usual one, those given to the tap, and the one in a snippet's script
 * tag.
 */
export function keysOf(page: Page, globalKeys: readonly string[]): readonly string[] {
  const tagged = safely(() => (page["document"] as Document).querySelector("script[data-global-segment-analytics-key]")?.getAttribute("data-global-segment-analytics-key"));
  return [...new Set(["analytics", ...globalKeys, ...(tagged ? [tagged] : [])])];
}

/** Whether this is the analytics.js before 2, once loaded. */
function isFirstGeneration(value: object): value is Sdk {
  return "VERSION" in value && "Integrations" in value && !Array.isArray(value);
}

/** Whether this is a loaded instance; a snippet's stub is an array, and a loader of the npm package
 * carries its instance inside.
 */
function isSdk(value: unknown): value is Sdk {
  return value instanceof Object && !Array.isArray(value) && "on" in value && "queue" in value;
}
