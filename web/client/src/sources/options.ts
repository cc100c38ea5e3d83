/** What a host says of a source: where it is, and who lets this page in. */
import type { SubscriptionSignature } from "../api.ts";
import type { TokenSource } from "../token.ts";

/** Where a server is, what is watched there, and the token that lets this page in. */
export interface ServerOptions {
  /** The server's address, as `https://realtime.example.com`; "" for the page's own. */
  readonly url: string;
  readonly workspace: string;
  readonly env: string;
  /** Renewed by calling it again: shortly before `expiresAt`, and whenever it is refused. */
  readonly token: TokenSource;
  /** The graph's name at the server; that of the shown graph by default. */
  readonly graph?: string;
  /** "poll" keeps no stream open; by default polls replace a stream that does not get through. */
  readonly transport?: "push" | "poll";
}

/** What the parts of an envelope are called: paths, as `message.id`. */
export interface EnvelopeFields {
  /** The event's name; "event_name". */
  readonly name?: string;
  /** ISO 8601, or a number of milliseconds (or seconds) since 1970; "occurred_at". */
  readonly occurredAt?: string;
  /** Repeats have the same one; "message_id". */
  readonly id?: string;
  /** What the events of one person share; "trace_id". May be missing in an envelope. */
  readonly trace?: string;
  /** A record of the properties that filters read; "properties". May be missing. */
  readonly properties?: string;
  /** The list of envelopes in a message that holds several; "events". A list itself is one, too. */
  readonly list?: string;
}

/** Asked for a signature to subscribe to a private channel. */
export interface SignRequest {
  readonly socketId: string;
  readonly channel: string;
}

/** Where a provider of the Pusher protocol is, and how its channel is read. */
export interface PusherOptions {
  readonly key: string;
  /** Pusher's cluster, as "eu"; or the host of another provider. */
  readonly cluster?: string;
  readonly host?: string;
  /** Of `host`; 443, or 80 without TLS. */
  readonly port?: number;
  readonly tls?: boolean;
  readonly channel: string;
  /** The address that signs subscriptions, as Pusher's client asks for it (`socket_id` and
   * `channel_name` in a form); or a function. A public channel needs none.
   */
  readonly auth?: string | ((request: SignRequest) => SubscriptionSignature | Promise<SubscriptionSignature>);
  readonly fields?: EnvelopeFields;
}

/** The host's own handler of `./pusher-auth`, which says where the provider is, which channels our
 * function in Segment publishes to at this moment, and signs subscriptions to them.
 */
export interface FunctionChannelOptions {
  readonly auth: string;
  /** For a handler that lets people in by a token rather than by a cookie; renewed by calling it
   * again: shortly before `expiresAt`, and whenever it is refused.
   */
  readonly token?: TokenSource;
}
