/** The tap's public face: `tap({ sinks: [otherTab()] })`. */
export { start } from "./auto.ts";
export { opener, otherTab, overPort, samePage } from "./sinks.ts";
export type { Bus, Sink } from "./speaker.ts";
export { tap, type Tap, type TapOptions } from "./tap.ts";
export { CHANNEL, MARK, type FromPage, type FromPicture, type Report, type Rules, type SdkSeen } from "./wire.ts";
