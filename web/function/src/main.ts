/** Handlers that Segment calls: one for each type of event, and one for a batch. */
import { channelAt } from "./channel.ts";
import { type Envelop, type Envelope, enveloping, type Forget, type Repeats, thinner } from "./envelope.ts";
import { type Read, readSettings, type Settings } from "./plan.ts";
import { type Outcome, pack, publish } from "./publish.ts";

/** Answer to Segment for one event of a batch: it retries 408, 429 and 5xx, and counts others as
 * failed.
 */
interface Status {
  status: number;
  errormessage?: string;
}

/** The settings of the call before, and the rules that were made of them. */
let known: { readonly text: string; readonly read: Read; readonly envelop: Envelop } | null = null;

/** Publishes events of any types; answers for each in its place. */
export async function onBatch(events: readonly unknown[], settings: Settings): Promise<Status[]> {
  const { read, envelop } = rules(settings);
  const { plan, key, secret } = read;
  const now = Date.now();
  const statuses: Status[] = events.map(() => ({ status: 200 }));
  const repeats: Repeats = new Map();
  const pieces = events.map((event, index) => {
    try {
      const envelope = envelop(event, now, repeats);
      return toText(envelope === null || "forget" in envelope || index === 0 ? envelope : { ...envelope, place: index }, read, statuses[index]);
    } catch (error) {
      statuses[index] = { status: 400, errormessage: error instanceof InvalidEventPayload ? error.message : "The event cannot be read." };
      return null;
    }
  });
  const messages = pack(pieces, (list) => `{"plan":${JSON.stringify(plan.version)},"events":[${list}]}`, plan.provider.limit);
  for (const { messages: some, outcome } of await publish(messages, channelAt({ ...plan, key }, now), plan, secret, now))
    if (outcome.is !== "taken") for (const index of some.flatMap(({ indices }) => indices)) statuses[index] = { status: statusFor(outcome), errormessage: outcome.why };
  return statuses;
}

/** Publishes one event; raises `RetryError` if another try may help, else `ValidationError` or
 * `InvalidEventPayload`.
 */
async function one(event: unknown, settings: Settings): Promise<void> {
  const [answer] = await onBatch([event], settings);
  if (answer === undefined || answer.status < 300) return;
  const { status, errormessage = "" } = answer;
  if (status >= 500 || status === 429) throw new RetryError(errormessage);
  throw new (status === 422 ? ValidationError : InvalidEventPayload)(errormessage);
}

export async function onTrack(event: unknown, settings: Settings): Promise<void> {
  await one(event, settings);
}

export async function onPage(event: unknown, settings: Settings): Promise<void> {
  await one(event, settings);
}

export async function onScreen(event: unknown, settings: Settings): Promise<void> {
  await one(event, settings);
}

export async function onIdentify(event: unknown, settings: Settings): Promise<void> {
  await one(event, settings);
}

export async function onGroup(event: unknown, settings: Settings): Promise<void> {
  await one(event, settings);
}

export async function onAlias(event: unknown, settings: Settings): Promise<void> {
  await one(event, settings);
}

export async function onDelete(event: unknown, settings: Settings): Promise<void> {
  await one(event, settings);
}

function rules(settings: Settings): { readonly read: Read; readonly envelop: Envelop } {
  const text = JSON.stringify([settings.plan, settings.tokenKey, settings.providerSecret]);
  if (known?.text !== text) {
    const read = readSettings(settings);
    known = { text, read, envelop: enveloping(read.plan, read.key) };
  }
  return known;
}

/** The envelope as text, without properties that no filter reads if it would be too long; null,
 * with the reason in `status`, if it still is.
 */
function toText(envelope: Envelope | Forget | null, { plan }: Read, status: Status | undefined): string | null {
  if (envelope === null) return null;
  const longest = plan.provider.limit - 64;
  let text = JSON.stringify(envelope);
  if (!("forget" in envelope) && text.length * 3 > longest && !isWithin(text, longest)) text = JSON.stringify(thinner(envelope, plan.needed));
  if (isWithin(text, longest)) return text;
  if (status !== undefined) Object.assign(status, { status: 422, errormessage: "What the filters read of this event is longer than the provider's limit." });
  return null;
}

function isWithin(text: string, longest: number): boolean {
  return pack([text], (list) => list, longest).length === 1;
}

/** The status that makes Segment retry, or stop. */
function statusFor({ is, status }: Outcome): number {
  if (is === "refused") return 422;
  return status === 429 || status >= 500 ? status : 503;
}
