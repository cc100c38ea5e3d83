/** Types of what `segment.js` runs. */
import type * as channel from "../src/channel.ts";
import type * as envelope from "../src/envelope.ts";
import type * as main from "../src/main.ts";
import type * as plan from "../src/plan.ts";
import type * as pseudonyms from "../src/pseudonyms.ts";
import type * as publish from "../src/publish.ts";
import type * as runtime from "../src/runtime.ts";
import type * as times from "../src/times.ts";
import type * as matching from "../../engine/src/matching.ts";
import type * as share from "../../engine/src/hash.ts";
import type * as read from "../../tap/src/read.ts";
import type * as redaction from "../../tap/src/redaction.ts";

export class RetryError extends Error {}
export class ValidationError extends Error {}
export class InvalidEventPayload extends Error {}
export class EventNotSupported extends Error {}

export type Pasted = typeof channel & typeof envelope & typeof main & typeof plan & typeof pseudonyms & typeof publish & typeof runtime & typeof times & typeof matching & typeof share & typeof read & typeof redaction;

export function pasted(others?: Record<string, unknown>, file?: string): Pasted;
