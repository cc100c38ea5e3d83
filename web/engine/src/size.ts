/** Estimate of the memory that an event takes: bounds use it if events are large. */
import type { FrameEvent } from "./wire.gen.ts";

/** A row without its properties: its fields, its id, its tokens. */
const ROW_BYTES = 300;
const VALUE_BYTES = 16;

/** Bytes, about. Two for each character, as the worst case is. */
export function sizeOf(event: Pick<FrameEvent, "name" | "properties">): number {
  let bytes = ROW_BYTES + 2 * event.name.length;
  for (const key in event.properties) {
    const value = event.properties[key];
    bytes += VALUE_BYTES;
    if (typeof value === "string") bytes += 2 * value.length;
    else if (typeof value === "object" && value !== null) for (const item of value) bytes += VALUE_BYTES + (typeof item === "string" ? 2 * item.length : 0);
  }
  return bytes;
}
