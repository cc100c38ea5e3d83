/** Publisher over the HTTP interface of any Pusher Channels server, within the provider's limits.
 */
import type { Plan } from "./plan.ts";
import { type Answer, hmac, node } from "./runtime.ts";

/** A function has five seconds; if the provider has not answered by then, Segment retries. */
const PATIENCE_MS = 3_500;

/** Outcome of a request: accepted, worth another try, or refused for good. */
export interface Outcome {
  readonly is: "taken" | "retry" | "refused";
  readonly status: number;
  readonly why: string;
}

/** One message's text, and the indices of the events it carries. */
export interface Packed {
  readonly text: string;
  readonly indices: readonly number[];
}

const TAKEN: Outcome = { is: "taken", status: 200, why: "" };

/** Packs pieces of JSON into as few messages as the limit allows; `around` adds what encloses them.
 * A piece that is too long alone is left out.
 */
export function pack(pieces: readonly (string | null)[], around: (list: string) => string, limit: number): Packed[] {
  const available = limit - size(around(""));
  const messages: { pieces: string[]; indices: number[]; left: number }[] = [];
  pieces.forEach((piece, index) => {
    if (piece === null || size(piece) > available) return;
    let last = messages.at(-1);
    if (last === undefined || last.left < size(piece) + 1) messages.push((last = { pieces: [], indices: [], left: available + 1 }));
    last.pieces.push(piece);
    last.indices.push(index);
    last.left -= size(piece) + 1;
  });
  return messages.map((one) => ({ text: around(one.pieces.join(",")), indices: one.indices }));
}

/** Publishes `messages` in as few requests as may be, side by side, since their order says nothing;
 * gives each request's messages and outcome.
 */
export async function publish(messages: readonly Packed[], channel: string, { provider }: Plan, secret: string, now: number): Promise<{ messages: readonly Packed[]; outcome: Outcome }[]> {
  const requests: Packed[][] = [];
  for (let at = 0; at < messages.length; at += provider.batch) requests.push(messages.slice(at, at + provider.batch));
  return Promise.all(requests.map(async (some) => ({ messages: some, outcome: await send(some, channel, provider, secret, now) })));
}

async function send(messages: readonly Packed[], channel: string, { app, key, api }: Plan["provider"], secret: string, now: number): Promise<Outcome> {
  const path = `/apps/${app}/batch_events`;
  const body = JSON.stringify({ batch: messages.map(({ text }) => ({ channel, name: "envelopes", data: text })) });
  const query = `auth_key=${key}&auth_timestamp=${Math.floor(now / 1000)}&auth_version=1.0&body_md5=${node().createHash("md5").update(body).digest("hex")}`;
  const signature = hmac(secret, `POST\n${path}\n${query}`);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<null>((done) => { timer = setTimeout(() => { done(null); }, PATIENCE_MS); });
  try {
    const request = fetch(`${api}${path}?${query}&auth_signature=${signature}`, { method: "POST", headers: { "content-type": "application/json" }, body });
    const status = await Promise.race([request.then(statusOf), late]);
    return status === null ? { is: "retry", status: 504, why: "The provider did not answer in time." } : outcome(status);
  } catch {
    return { is: "retry", status: 503, why: "The provider cannot be reached." };
  } finally {
    clearTimeout(timer);
  }
}

/** The status as meant: soketi answers refusals with 200, and writes the status into the body. */
async function statusOf(answer: Answer): Promise<number> {
  if (answer.status >= 300) return answer.status;
  const text = (await answer.text()).slice(0, 1_000);
  const code = text.includes(`"error"`) ? Number(/"code":\s*(\d{3})\b/.exec(text)?.[1]) : NaN;
  return code >= 400 && code <= 599 ? code : answer.status;
}

function outcome(status: number): Outcome {
  if (status < 300) return TAKEN;
  if (status >= 500 || status === 408 || status === 429) return { is: "retry", status, why: `The provider answered ${status}.` };
  const why = status === 413 ? "It says that the message is too long: its limit is lower than the plan's." : status === 401 ? "Look at the setting providerSecret." : "Look at the app's key, its quota and whether it is switched on.";
  return { is: "refused", status, why: `The provider answered ${status}. ${why}` };
}

/** Bytes of a text in UTF-8. */
function size(text: string): number {
  let bytes = text.length;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit > 0x7f) bytes += unit > 0x7ff && (unit < 0xd800 || unit > 0xdfff) ? 2 : 1;
  }
  return bytes;
}
