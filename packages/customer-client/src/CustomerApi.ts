import type { Redacted } from "effect"
import * as Data from "effect/Data"
import type { AddressPolicy } from "./AddressPolicy.ts"

/**
 * How we authenticate at a customer's API. Plain data, one of four:
 *
 * - `None`: not at all, or by signatures alone.
 * - `Bearer`: `Authorization: Bearer <token>` (RFC 6750).
 * - `Basic`: `Authorization: Basic <base64 of user:password>`, as UTF-8 (RFC 7617).
 * - `ApiKey`: a key in a header that the customer names, `X-API-Key: <key>`.
 *
 * Token and key are visible ASCII; a user has no colon; user and password have no control characters.
 * Secrets are `Redacted`; `makeCustomerClient` takes them as strings and wraps them at once.
 */
export type Authentication<Secret = Redacted.Redacted> =
  | { readonly _tag: "None" }
  | { readonly _tag: "Bearer"; readonly token: Secret }
  | { readonly _tag: "Basic"; readonly user: string; readonly password: Secret }
  | { readonly _tag: "ApiKey"; readonly header: string; readonly key: Secret }

/** A customer's API and how to reach it: the options that `CustomerClient` and `makeCustomerClient` share. */
export interface CustomerApi<Secret = Redacted.Redacted> extends AddressPolicy {
  /** Where leads are posted: absolute, http or https, without credentials. */
  readonly url: string | URL
  /** How we authenticate; `None` by default. */
  readonly auth?: Authentication<Secret> | undefined
  /**
   * Signs every request by [Standard Webhooks](https://www.standardwebhooks.com), beside `auth`: `webhook-id` is
   * the idempotency key, `webhook-timestamp` the time of this attempt, and `webhook-signature` has a signature
   * (`v1`, HMAC-SHA256) for each of these secrets, so that a secret can be rotated.
   *
   * A secret is `whsec_` and 24 to 64 bytes in base64.
   */
  readonly signingSecrets?: ReadonlyArray<Secret> | undefined
  /** The header that carries the idempotency key; `Idempotency-Key` by default. */
  readonly idempotencyHeader?: string | undefined
  /**
   * Additional headers of every request, of visible ASCII. `Accept`, `Content-Type` and `User-Agent` replace the client's
   * own; headers of the connection (`Host`, `Content-Length`) or of another option are rejected.
   */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /**
   * `auto` by default: HTTP/2 if an https customer selects it by ALPN, else HTTP/1.1.
   * `never`: HTTP/1.1, where each concurrent exchange has a connection of its own.
   */
  readonly http2?: "auto" | "never" | undefined
  /** The most bytes of an answer's body that are read, once it is decompressed; 64 KiB by default. The rest is discarded. */
  readonly maxResponseBytes?: number | undefined
}

/** One option that is not valid. */
export interface OptionDiagnostic {
  /** Which one, keys and list indices separated by dots: `"auth.token"`, `"allow.0"`, `"headers.Host"`. */
  readonly path: string
  /** The actual value; `undefined` if it is, or may hold, a secret. */
  readonly actual: string | undefined
  /** What is valid there. */
  readonly expected: string
}

/**
 * The error of options that no client can be made with: a diagnostic for each invalid one, before anything is sent.
 *
 * The message has a line for each: `http2: found "always", expected "auto" or "never"`. It quotes no secret, no value
 * of a header and no URL.
 */
export class CustomerOptionsInvalid extends Data.TaggedError("CustomerOptionsInvalid")<{
  readonly diagnostics: ReadonlyArray<OptionDiagnostic>
}> {
  override get message(): string {
    return this.diagnostics
      .map(({ path, actual, expected }) =>
        actual === undefined
          ? `${path}: expected ${expected}`
          : `${path}: found ${actual}, expected ${expected}`,
      )
      .join("\n")
  }
}

/** Whether a value is a list, despite its type: options from JavaScript or from a file may have any type. */
export const isList = (value: unknown): value is ReadonlyArray<unknown> => Array.isArray(value)
