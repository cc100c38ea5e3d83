/** The sources of this browser's own calls: of this page, of other tabs, of pages it opened. */
import type { Source, SourceContext } from "../source.ts";
import { lazyTransport } from "../transport/lazyTransport.ts";
import type { PageOptions } from "../transport/tap/localTransport.ts";
import type { Transport } from "../transport/transport.ts";

export type { PageOptions } from "../transport/tap/localTransport.ts";

const load = () => import("../transport/tap/localTransport.ts");
type Tap = Awaited<ReturnType<typeof load>>;

function localSource(make: (tap: Tap, context: SourceContext) => Transport): Source {
  return { lane: "local", connect: (_, context) => lazyTransport(async () => make(await load(), context), context.environment) };
}

/** Calls of the page that this code runs in. */
export function page(options: PageOptions = {}): Source {
  return localSource((tap, { engine, environment }) => tap.pageTransport(options, engine, environment));
}

/** Calls of other tabs of the same origin, in which the tap reports by `otherTab()`. */
export function otherTab(options: Omit<PageOptions, "analytics"> = {}): Source {
  return localSource((tap, { engine, environment }) => tap.otherTabTransport(options, engine, environment));
}

/** Calls of the sites that our browser extension taps; its button in this tab says that they show
 * here.
 */
export function extension(options: Omit<PageOptions, "analytics"> = {}): Source {
  return localSource((tap, { engine, environment }) => tap.extensionTransport(options, engine, environment));
}

/** Calls of pages that this tab opened at one of `origins`, in which the tap reports by
 * `opener([…])` with this page's origin.
 */
export function opener(origins: readonly string[], options: Omit<PageOptions, "analytics"> = {}): Source {
  return localSource((tap, { engine, environment }) => tap.openerTransport(origins, options, engine, environment));
}
