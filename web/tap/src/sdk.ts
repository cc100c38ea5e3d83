/** Types of analytics.js 2, as far as the tap uses it; everything is optional because a page may
 * have anything under that name.
 */

export type EventType = "track" | "page" | "screen" | "identify" | "group" | "alias";

/** One Segment message in the SDK; its parts are unknown until they have been checked. */
export interface SdkEvent {
  readonly type?: unknown;
  readonly event?: unknown;
  readonly name?: unknown;
  readonly category?: unknown;
  readonly messageId?: unknown;
  readonly properties?: unknown;
  readonly traits?: unknown;
  readonly context?: unknown;
  readonly integrations?: unknown;
  readonly userId?: unknown;
  readonly anonymousId?: unknown;
  readonly previousId?: unknown;
  readonly groupId?: unknown;
  readonly timestamp?: unknown;
}

export interface SdkContext {
  readonly event?: SdkEvent;
}

type Listener = (...parts: never[]) => void;

export interface SdkQueue {
  on?(name: string, listener: Listener): unknown;
  readonly plugins?: readonly SdkPlugin[];
}

export interface SdkPlugin {
  readonly name?: string;
  readonly metadata?: { readonly writeKey?: unknown };
  [method: string]: unknown;
}

/** One instance of the SDK, from a snippet or from npm. */
export interface Sdk {
  on?(name: string, listener: Listener): unknown;
  readonly queue?: SdkQueue;
  readonly VERSION?: unknown;
  /** Whether it replays early calls no more. */
  readonly initialized?: unknown;
  readonly settings?: { readonly writeKey?: unknown };
  register?(plugin: object): unknown;
}

export const EVENT_TYPES: readonly EventType[] = ["track", "page", "screen", "identify", "group", "alias"];
