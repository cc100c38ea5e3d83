/** Segment's runtime as its documentation describes it: the pasted file, run as a script that sees nothing else. */
import crypto from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, resolve } from "node:path";
import { clearTimeout, setTimeout } from "node:timers";
import { fileURLToPath } from "node:url";
import { createContext, runInContext } from "node:vm";

const FILE = resolve(dirname(fileURLToPath(import.meta.url)), "../../../src/dagnet_realtime/functions/destination.js");

export class RetryError extends Error {}
export class ValidationError extends Error {}
export class InvalidEventPayload extends Error {}
export class EventNotSupported extends Error {}

/** Everything that the file declares, by name. `others` stand in the place of the runtime's own; `file` is another version of the function. */
export function pasted(others = {}, file = FILE) {
  const fetch = createRequire(import.meta.url)("node-fetch");
  const context = createContext({ crypto, fetch, setTimeout, clearTimeout, RetryError, ValidationError, InvalidEventPayload, EventNotSupported, ...others });
  runInContext(readFileSync(file, "utf8"), context, { filename: "destination.js" });
  return context;
}
