/** Settings: names and properties that matter, the provider, and the two secrets. */
import type { EventBinding } from "../../engine/src/wire.gen.ts";

/** As `dagnet-realtime function` writes it; none of it is secret. */
export interface Plan {
  readonly format: "dagnet-realtime-function/1";
  /** Changes with any of its fields, so that a viewer can recognise old settings. */
  readonly version: string;
  readonly workspace: string;
  readonly env: string;
  /** `limit` is bytes of one message, `batch` messages of one request. */
  readonly provider: { readonly app: string; readonly key: string; readonly api: string; readonly limit: number; readonly batch: number };
  /** Seconds after which the channel's name changes, and seconds of one period of pseudonyms. */
  readonly turn: number;
  readonly rotation: number;
  readonly trace: readonly string[];
  readonly properties: readonly string[];
  readonly deny: readonly string[];
  readonly needed: readonly string[];
  readonly test: string;
  readonly sample: number;
  /** What is published: events that light a node, those with a name that a node listens for, or
   * all.
   */
  readonly carries: "lit" | "listened" | "all";
  readonly listens: readonly Pick<EventBinding, "names" | "filters">[];
}

/** The settings as Segment hands them to every call. */
export interface Settings {
  readonly plan?: unknown;
  readonly tokenKey?: unknown;
  readonly providerSecret?: unknown;
}

/** The settings, read. */
export interface Read {
  readonly plan: Plan;
  readonly key: string;
  readonly secret: string;
}

const TEXTS = ["version", "workspace", "env", "test"] as const;
const NUMBERS = ["turn", "rotation", "sample"] as const;
const LISTS = ["trace", "properties", "deny", "needed"] as const;

/** Reads the settings; raises `ValidationError`, which discards events, if one is missing or not as
 * the command wrote it.
 */
export function readSettings({ plan: text, tokenKey, providerSecret }: Settings): Read {
  if (typeof tokenKey !== "string" || !/^(?:[0-9a-f]{2}){8,}$/.test(tokenKey)) throw wrong("tokenKey");
  if (typeof providerSecret !== "string" || providerSecret === "") throw wrong("providerSecret");
  const plan = parsed(text);
  if (plan === null) throw wrong("plan");
  return { plan, key: tokenKey, secret: providerSecret };
}

function parsed(text: unknown): Plan | null {
  try {
    const read = JSON.parse(String(text)) as Partial<Plan>;
    const { provider, listens } = read;
    const whole =
      read.format === "dagnet-realtime-function/1" &&
      TEXTS.every((key) => typeof read[key] === "string") &&
      NUMBERS.every((key) => typeof read[key] === "number" && read[key] >= 0) &&
      LISTS.every((key) => Array.isArray(read[key]) && read[key].every((one) => typeof one === "string")) &&
      ["lit", "listened", "all"].includes(String(read.carries)) &&
      Array.isArray(listens) && listens.every(({ names, filters }) => Array.isArray(names) && Array.isArray(filters)) &&
      typeof provider === "object" && /^https?:\/\/[^/]+$/.test(provider.api) && /^\w+$/.test(provider.app) && provider.limit > 0 && provider.batch > 0 && read.turn !== 0;
    return whole ? (read as Plan) : null;
  } catch {
    return null;
  }
}

function wrong(setting: string): Error {
  return new ValidationError(`The setting ${setting} is not as \`dagnet-realtime function\` writes it. Paste it again.`);
}
