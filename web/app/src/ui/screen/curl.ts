/** What to type to light the first node, for the sources there are. */
import type { SourceSummary } from "../../lanes/api.ts";

export interface CurlLine {
  readonly says: string;
  readonly line: string;
}

/** A text inside of single quotes of a shell. */
const shell = (text: string): string => text.replaceAll("'", String.raw`'\''`);

/** One line per kind of source, at most two. Keys and secrets never reach the page, so they stand as words to replace. */
export function curl(sources: readonly SourceSummary[], name: string, origin: string): CurlLine[] {
  const body = JSON.stringify({ type: "track", event: name, anonymousId: "me" });
  const lines: CurlLine[] = [];
  const tracking = sources.find(({ kind }) => kind === "tracking");
  if (tracking) lines.push({ says: "An SDK’s tracking call, with the write key that the server printed:", line: `curl -u WRITE_KEY: ${origin}/v1/track -H 'content-type: application/json' -d '${shell(body)}'` });
  const webhook = sources.find(({ kind }) => kind === "webhook");
  if (webhook && !tracking) lines.push({ says: "A signed delivery, with the secret that the server printed:", line: `body='${shell(body)}'; curl ${webhook.url || `${origin}/segment/webhook/${webhook.id}`} -H "x-signature: $(printf %s "$body" | openssl sha1 -hmac SECRET -r | cut -d' ' -f1)" -d "$body"` });
  return lines;
}
