/** A Segment SDK of the simplest kind, with the events that the real one emits. */
import type { Sdk, SdkContext, SdkEvent, SdkPlugin } from "../src/sdk.ts";
import { read } from "../src/read.ts";
import type { BufferEntry } from "../src/buffer.ts";
import type { Rules } from "../src/protocol.ts";

type Listener = (...parts: never[]) => void;

export class Emitter {
  readonly listeners = new Map<string, Listener[]>();
  on = (name: string, listener: Listener): void => {
    this.listeners.set(name, [...(this.listeners.get(name) ?? []), listener]);
  };
  emit(name: string, ...parts: unknown[]): void {
    for (const listener of this.listeners.get(name) ?? []) listener(...(parts as never[]));
  }
}

export class FakeSdk extends Emitter implements Sdk {
  readonly VERSION = "1.2.3";
  readonly settings = { writeKey: "key-abcd" };
  readonly queue: Emitter & { plugins: SdkPlugin[] } = Object.assign(new Emitter(), { plugins: [] as SdkPlugin[] });

  /** A call, as far as the tap sees it. */
  call(event: SdkEvent): SdkContext {
    const context = { event };
    this.emit("dispatch_start", context);
    return context;
  }
}

export const RULES: Rules = { salt: "000102030405060708090a0b0c0d0e0f", trace: ["userId", "anonymousId"], allow: ["*"], deny: [], needed: [] };

export const told = (messageId: string, event: SdkEvent = {}): BufferEntry => ({ snapshot: read({ messageId, event: "A", ...event }, "track", 5), stage: "called", reason: "" });
