/** Finds every instance of the SDK in a page: by its official inspector point, and by looking where it stands. */
import { between, watchProperty } from "./property.ts";
import { quietly } from "./quietly.ts";
import type { Sdk } from "./sdk.ts";

/** The page's global scope, as far as the tap touches it. */
export type Page = Record<string, unknown>;

interface Inspector {
  attach?: unknown;
}

const POINT = "__SEGMENT_INSPECTOR__";
/** An SDK that loads without the inspector point is looked for this often. */
const LOOK_EVERY_MS = 500;

export interface Hook {
  /** Takes in what may be an instance that stands nowhere the tap looks. */
  take(value: unknown): void;
  stop(): void;
}

/** Calls `found` once for every instance, those that are there already and those to come, and `unheard` for each of the first analytics.js, which
 * has nothing to listen at. */
export function hook(page: Page, globalKeys: readonly string[], found: (sdk: Sdk) => void, unheard: (sdk: Sdk) => void = () => undefined): Hook {
  const known = new WeakSet();
  let on = true;
  const take = (value: unknown): void => {
    quietly(() => {
      const sdk = isSdk(value) ? value : (value as { instance?: unknown } | null)?.instance ?? value;
      if (!on || !(sdk instanceof Object) || known.has(sdk)) return;
      if (isSdk(sdk)) found(sdk);
      else if (isFirst(sdk)) unheard(sdk);
      else return;
      known.add(sdk);
    });
  };
  const stop = (): void => {
    on = false;
    clearInterval(timer);
  };
  const look = (): void => { for (const key of keysOf(page, globalKeys)) quietly(() => { take(page[key]); }); };
  quietly(() => {
    page[POINT] ??= {};
    // Another inspector may put its own host there.
    watchProperty(page, POINT, (host) => { quietly(() => { attach(host as Inspector, take); }); });
  });
  const timer = setInterval(look, LOOK_EVERY_MS);
  look();
  return { take, stop };
}

/** Stands before the inspector of `host`, who is called as if the tap were not. */
function attach(host: Inspector, take: (value: unknown) => void): void {
  let other = host.attach;
  const ours = function (this: unknown, sdk: unknown): unknown {
    take(sdk);
    return typeof other === "function" ? (other.call(this, sdk) as unknown) : undefined;
  };
  between(host, "attach", () => ours, (next) => { if (next !== ours) other = next; });
}

/** The names an instance may stand under: the usual one, those the tap was told, and the one a snippet's script tag says. */
export function keysOf(page: Page, globalKeys: readonly string[]): readonly string[] {
  const tagged = quietly(() => (page["document"] as Document).querySelector("script[data-global-segment-analytics-key]")?.getAttribute("data-global-segment-analytics-key"));
  return [...new Set(["analytics", ...globalKeys, ...(tagged ? [tagged] : [])])];
}

/** Whether this is the analytics.js before 2, once loaded. */
function isFirst(value: object): value is Sdk {
  return "VERSION" in value && "Integrations" in value && !Array.isArray(value);
}

/** Whether this is a loaded instance; a snippet's stub is an array, and a loader of the npm package carries its instance inside. */
function isSdk(value: unknown): value is Sdk {
  return value instanceof Object && !Array.isArray(value) && "on" in value && "queue" in value;
}
