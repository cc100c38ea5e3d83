/** Public interface of the tap: `tap({ sinks: [otherTab()] })`. */
export { start } from "./auto.ts";
export { opener, otherTab, overPort, samePage } from "./channels.ts";
export type { Bus, Sink } from "./reporter.ts";
export { tap, type Tap, type TapOptions } from "./tap.ts";
export { CHANNEL, MAGIC, type FromPage, type FromHost, type Report, type Rules, type SdkSeen } from "./protocol.ts";
