/** Message of the tap: one Segment message of this browser, redacted in the page, at one stage. */
import type { FrameEvent, Token } from "./wire.gen.ts";

/** How far the message is known to have come: called in the page, enriched by the SDK, delivered
 * (the SDK's request was answered well), failed (with a reason) or dropped by a middleware. One
 * message is reported once per stage.
 */
export type TapStage = "called" | "enriched" | "delivered" | "failed" | "dropped";

/** The properties that an event carries, by name. */
export type Properties = FrameEvent["properties"];

/** One Segment call that the tap heard in a page, redacted there, at one stage of its delivery. */
export interface TapMessage {
  readonly messageId: string;
  readonly type: FrameEvent["type"];
  /** The shown name. */
  readonly name: string;
  /** The candidate names that matching tries, in order. */
  readonly names: readonly string[];
  /** Milliseconds since 1970 UTC by the page's clock. */
  readonly occurredAt: number;
  readonly stage: TapStage;
  /** When the page saw this stage, by its clock; the moment of receipt if absent. */
  readonly at?: number;
  /** When the page made the call, by its clock, as far as its tap knows: a retry may come long
   * after it.
   */
  readonly calledAt?: number;
  /** The id under which this call was reported before the SDK had taken it and given it one. */
  readonly replaces?: string;
  /** Why it failed or was dropped, or has not been taken yet. */
  readonly reason?: string;
  /** Local pseudonyms, in priority order. */
  readonly traces: readonly Token[];
  /** Allowed property paths only, flat. */
  readonly properties: Properties;
  readonly traits?: Properties;
  /** Nodes that it is known to light, in place of matching; set by the engine when it counts a
   * message again.
   */
  readonly nodes?: readonly string[];
  /** Which page reports: an id that the connect panel knows. */
  readonly page?: string;
}
