/** Finds every instance of the SDK in a page: by its official inspector point, and by looking where it stands. */
import { quietly } from "./hear.ts";
import type { Sdk } from "./sdk.ts";

/** The page's global scope, as far as the tap touches it. */
export type Page = Record<string, unknown>;

interface Inspector {
  attach?: (sdk: Sdk) => unknown;
}

/** How long an SDK that loads without the inspector point is looked for: 60 looks, 500 ms apart. */
const LOOKS = 60;
const LOOK_EVERY_MS = 500;

/** Calls `found` once for every instance, those that are there already and those to come; returns what stops looking. */
export function hook(page: Page, globalKeys: readonly string[], found: (sdk: Sdk) => void): () => void {
  const known = new WeakSet();
  const once = (sdk: Sdk): void => {
    if (known.has(sdk)) return;
    known.add(sdk);
    quietly(() => { found(sdk); });
  };
  quietly(() => { attach(page, once); });
  return look(page, globalKeys, once);
}

/** Stands at `__SEGMENT_INSPECTOR__.attach`; an inspector that is there, or comes later, is called as if the tap were not. */
function attach(page: Page, once: (sdk: Sdk) => void): void {
  const host = (page["__SEGMENT_INSPECTOR__"] ??= {}) as Inspector;
  let other = host.attach;
  const ours = function (this: unknown, sdk: Sdk): unknown {
    once(sdk);
    return other?.call(this, sdk);
  };
  Object.defineProperty(host, "attach", {
    configurable: true,
    enumerable: true,
    get: () => ours,
    set: (next: Inspector["attach"]) => { if (next !== ours) other = next; },
  });
}

function look(page: Page, globalKeys: readonly string[], once: (sdk: Sdk) => void): () => void {
  let left = LOOKS;
  const glance = (): void => {
    for (const key of keysOf(page, globalKeys)) quietly(() => { if (isSdk(page[key])) once(page[key]); });
    if (--left === 0) clearInterval(timer);
  };
  const timer = setInterval(glance, LOOK_EVERY_MS);
  glance();
  return () => { clearInterval(timer); };
}

/** The names an instance may stand under: the usual one, those the tap was told, and the one a snippet's script tag says. */
export function keysOf(page: Page, globalKeys: readonly string[]): readonly string[] {
  const tagged = quietly(() => {
    const script = (page["document"] as Document | undefined)?.querySelector("script[data-global-segment-analytics-key]");
    return script?.getAttribute("data-global-segment-analytics-key");
  });
  return [...new Set(["analytics", ...globalKeys, ...(tagged ? [tagged] : [])])];
}

/** Whether this is a loaded instance; a snippet's stub is an array, and a loader of the npm package carries its instance inside. */
function isSdk(value: unknown): value is Sdk {
  return typeof value === "object" && value !== null && !Array.isArray(value) && "queue" in value && "on" in value;
}
