/** The page's half of a sign-in on this machine: a secret that comes with the one-time link and
 * stays in this origin's storage.
 */
import type { Fetch } from "@dagnet-realtime/client/http";
import { PAGE_HEADER } from "@dagnet-realtime/engine/wire.gen";

/** The name under which this origin's storage has it; the sample shop reads it too. */
export const PAGE_SECRET_KEY = "dagnet-realtime-page";

const FRAGMENT = /^#page=([A-Za-z0-9_-]{16,128})$/;

/** What of the browser's storage is needed; null if it is forbidden. */
export type SecretStorage = Pick<Storage, "getItem" | "setItem"> | null;

/** The secret that the address brought, else the one that was kept, else "". */
export function readPageSecret(storing: SecretStorage, hash: string): string {
  const arrived = FRAGMENT.exec(hash)?.[1];
  try {
    if (arrived !== undefined) storing?.setItem(PAGE_SECRET_KEY, arrived);
    return arrived ?? storing?.getItem(PAGE_SECRET_KEY) ?? "";
  } catch {
    return arrived ?? "";
  }
}

/** Whether the address brought a secret, which then does not stay in it. */
export function hasPageSecret(hash: string): boolean {
  return FRAGMENT.test(hash);
}

/** Requests to our own server with the secret, as it is at that moment: another tab may have signed
 * in since.
 */
export function withPageSecret(fetcher: Fetch, secret: () => string): Fetch {
  return (url, init) => {
    const found = secret();
    if (found === "") return fetcher(url, init);
    const headers = new Headers(init?.headers);
    headers.set(PAGE_HEADER, found);
    return fetcher(url, { ...init, headers });
  };
}
