/** Protocol between a tapped page and a Realtime tab (the host), over any channel. */
import type { TapMessage } from "@dagnet-realtime/engine/tapMessage";

/** Marks our messages among everything that pages post. The number changes with the shapes below.
 */
export const MAGIC = "dagnet-realtime/1";
/** The name of the BroadcastChannel. */
export const CHANNEL = "dagnet-realtime";
/** What a frame says as it hands its parent a port, and the name of the secret in the frame's
 * address.
 */
export const FRAME = "frame";

/** Redaction and pseudonyms. The host sends them; the page applies them before it reports anything.
 */
export interface Rules {
  /** Key of the pseudonyms, 32 hexadecimal digits; one per Realtime tab. */
  readonly salt: string;
  /** Kinds of trace identifiers, in order of priority. */
  readonly trace: readonly string[];
  /** Globs over property paths. */
  readonly allow: readonly string[];
  readonly deny: readonly string[];
  /** Paths that the graph's filters read. */
  readonly needed: readonly string[];
}

/** An instance of the SDK: its version, and the last four characters of its write key; `heard` is
 * false if the tap cannot listen to it.
 */
export interface SdkSeen {
  readonly version: string;
  readonly key: string;
  readonly heard?: false;
}

interface Marked {
  readonly dagnet: typeof MAGIC;
}

/** A page offers itself. `url` is without query and fragment. */
export interface Hello extends Marked {
  readonly kind: "hello";
  readonly page: string;
  readonly nonce: string;
  readonly url: string;
  readonly sdks: readonly SdkSeen[];
}

/** Entries from number `from` up to, not including, `to`. Since this page began: `missed` entries
 * were dropped before they were reported, `skipped` later stages were left out under load.
 */
export interface Report extends Marked {
  readonly kind: "report";
  readonly page: string;
  readonly session: string;
  readonly from: number;
  readonly to: number;
  readonly messages: readonly TapMessage[];
  readonly missed: number;
  readonly skipped: number;
  readonly sdks: readonly SdkSeen[];
}

/** The page closes; of its `end` entries it had reported those before `told`. Without a session
 * (`""`) it has reported to no tab: it closed before it was welcomed, or its channel was closed
 * (then `end` is 0).
 */
export interface PageBye extends Marked {
  readonly kind: "bye";
  readonly page: string;
  readonly session: string;
  readonly told: number;
  readonly end: number;
}

/** Answers a hello, with its nonce. `session` names this Realtime tab, and must come with every
 * report.
 */
export interface Welcome extends Marked {
  readonly kind: "welcome";
  readonly page: string;
  readonly nonce: string;
  readonly session: string;
  readonly rules: Rules;
}

/** Acknowledges all entries before `to`. */
export interface Ack extends Marked {
  readonly kind: "ack";
  readonly page: string;
  readonly session: string;
  readonly to: number;
}

/** Asks pages to say hello. */
export interface Call extends Marked {
  readonly kind: "call";
}

/** The Realtime tab closes, or stops listening. */
export interface HostBye extends Marked {
  readonly kind: "gone";
  readonly session: string;
}

export type FromPage = Hello | Report | PageBye;
export type FromHost = Welcome | Ack | Call | HostBye;

/** Whether this is one of our messages at all. */
export function isOurs(value: unknown): value is Marked & Record<string, unknown> {
  return (Object(value) as Partial<Marked>).dagnet === MAGIC;
}
