/** Viewer tokens for a host's back end: short-lived access to one workspace, for one viewer.
 *
 * The back end mints a token with a key that it shares with the server (`viewer_keys` of the
 * workspace), and gives it to a user whom it has signed in. The key never reaches a browser. It is
 * a JSON Web Token (RFC 7519) signed by HMAC-SHA256, made with Web APIs alone: Node 20 or later,
 * Deno, Bun, and edge runtimes. `dagnet_realtime/viewer_token.py` is its twin, and
 * `conformance/viewer_tokens.json` holds both to the same bytes.
 */

export type ViewerRole = "watch" | "follow" | "identities";

export interface ViewerTokenOptions {
  /** One of the workspace's `viewer_keys`, 32 bytes or more. */
  readonly key: string;
  readonly workspace: string;
  readonly env: string;
  /** The host's own id of the user: 1 to 128 ASCII characters without blanks, the same at each
   * renewal, since watch sessions belong to it. It stands in the server's audit log.
   */
  readonly viewer: string;
  /** `watch` unless given; `follow` traces too; see `identities` too. */
  readonly role?: ViewerRole;
  /** How long the token is valid: 300 unless given, at most 3600. */
  readonly seconds?: number;
  /** Seconds since 1970; the present unless given. */
  readonly now?: number;
}

const HEADER = '{"alg":"HS256","typ":"dagnet-realtime+jwt"}';
const AUDIENCE = "dagnet-realtime";
const ROLES: readonly string[] = ["watch", "follow", "identities"];
const MIN_KEY_BYTES = 32;
const DEFAULT_SECONDS = 300;
const MAX_SECONDS = 3600;

const utf8 = new TextEncoder();

/** A token by which `viewer` may watch `workspace` in `env`. Rejects with a RangeError for what the
 * server would refuse.
 */
export async function mintViewerToken(options: ViewerTokenOptions): Promise<string> {
  const { workspace, env, viewer, role = "watch", seconds = DEFAULT_SECONDS, now = Date.now() / 1000 } = options;
  const key = utf8.encode(options.key);
  check(key.length >= MIN_KEY_BYTES, `the key is shorter than ${MIN_KEY_BYTES} bytes`);
  check(/^[!-~]{1,128}$/.test(viewer), "viewer is not 1 to 128 ASCII characters without blanks");
  for (const [name, value] of Object.entries({ workspace, env })) {
    check(/^[A-Za-z0-9._-]{1,128}$/.test(value), `${name} is not 1 to 128 letters, digits, dots, dashes or underscores`);
  }
  check(ROLES.includes(role), `role is none of ${ROLES.join(", ")}`);
  check(Number.isInteger(seconds) && seconds >= 1 && seconds <= MAX_SECONDS, `seconds is no whole number from 1 to ${MAX_SECONDS}`);
  check(now >= 0 && now <= Number.MAX_SAFE_INTEGER, "now is no time in seconds since 1970");
  const issued = Math.floor(now);
  const claims = { aud: AUDIENCE, workspace, env, role, sub: viewer, iat: issued, exp: issued + seconds };
  const signed = `${base64url(utf8.encode(HEADER))}.${base64url(utf8.encode(JSON.stringify(claims)))}`;
  const hmac = await crypto.subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return `${signed}.${base64url(new Uint8Array(await crypto.subtle.sign("HMAC", hmac, utf8.encode(signed))))}`;
}

function check(holds: boolean, otherwise: string): void {
  if (!holds) throw new RangeError(otherwise);
}

function base64url(bytes: Uint8Array): string {
  const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}
