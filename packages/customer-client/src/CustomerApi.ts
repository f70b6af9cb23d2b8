import type { Redacted } from "effect"
import type { AddressPolicy } from "./AddressPolicy.ts"
import type { Authentication } from "./Authentication.ts"

/** A customer's API and how to talk to it: the options that both APIs of the client share. */
export interface CustomerApi<Secret = Redacted.Redacted> extends AddressPolicy {
  /** Where leads are posted: absolute, http or https, without credentials. */
  readonly url: string | URL
  /** How we authenticate; `None` by default. */
  readonly auth?: Authentication<Secret> | undefined
  /**
   * Signs every request by [Standard Webhooks](https://www.standardwebhooks.com), beside `auth`: `webhook-id` is
   * the idempotency key, `webhook-timestamp` the time of this attempt, and `webhook-signature` has a signature
   * (`v1`, HMAC-SHA256) for each of these secrets, so that a customer can change from one to the next.
   *
   * A secret is `whsec_` and 24 to 64 bytes in base64.
   */
  readonly signingSecrets?: ReadonlyArray<Secret> | undefined
  /** The header that carries the idempotency key; `Idempotency-Key` by default. */
  readonly idempotencyHeader?: string | undefined
  /**
   * Further headers, the same for every request. `Accept`, `Content-Type` and `User-Agent` replace the client's
   * own; headers of the connection (`Host`, `Content-Length`) or of another option are not allowed.
   */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /**
   * `auto` by default: HTTP/2 with https customers that choose it when the TLS session is made, else HTTP/1.1.
   * `never`: HTTP/1.1, where each exchange under way has a connection of its own.
   */
  readonly http2?: "auto" | "never" | undefined
  /** How much of an answer's body is read, in bytes; 64 KiB by default. The rest is not waited for. */
  readonly maxResponseBytes?: number | undefined
}
