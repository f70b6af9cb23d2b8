import type { Redacted } from "effect"

/**
 * How a customer's API knows us. Plain data, one of four:
 *
 * - `None`: it does not, or by the signature alone.
 * - `Bearer`: `Authorization: Bearer <token>` (RFC 6750).
 * - `Basic`: `Authorization: Basic <base64 of user:password>`, as UTF-8 (RFC 7617).
 * - `ApiKey`: a key in a header of the customer's choice, `X-API-Key: <key>`.
 *
 * Token and key are visible ASCII; a user has no colon, and neither user nor password control characters.
 * Secrets are `Redacted`; `makeCustomerClient` takes them as strings and wraps them at once.
 */
export type Authentication<Secret = Redacted.Redacted> =
  | { readonly _tag: "None" }
  | { readonly _tag: "Bearer"; readonly token: Secret }
  | { readonly _tag: "Basic"; readonly user: string; readonly password: Secret }
  | { readonly _tag: "ApiKey"; readonly header: string; readonly key: Secret }
