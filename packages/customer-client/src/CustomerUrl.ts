import { isIP } from "node:net"
import * as Data from "effect/Data"
import * as Result from "effect/Result"
import type { AddressPolicy } from "./AddressPolicy.ts"
import { addressCheck } from "./internal/addressCheck.ts"
import { hostOf } from "./internal/hostOf.ts"

/**
 * A customer's URL that is not used, and why.
 *
 * `reason` is `Syntax` (no absolute URL, or one with port 0), `Scheme` (neither http nor https), `Credentials` (a user or password
 * in the URL; `auth` is for them) or `Address` (a literal IP address that is not allowed). The
 * message never quotes the URL, which may hold a secret; for `Address` it names the address.
 */
export class CustomerUrlInvalid extends Data.TaggedError("CustomerUrlInvalid")<{
  readonly reason: "Syntax" | "Scheme" | "Credentials" | "Address"
  readonly message: string
}> {}

/**
 * Checks what can be known of a customer's URL without asking the network; gives a URL of its own.
 *
 * IP addresses are checked in the form the WHATWG URL standard gives them, so `http://2852039166/`,
 * `http://0xa9fea9fe/` and `http://0251.0376.0251.0376/` are all 169.254.169.254, and refused. A host *name* is
 * checked when it is resolved, for every new connection. A fragment is dropped. An entry of `allow` that is no
 * address, network or name allows nothing. Fails with {@link CustomerUrlInvalid}.
 */
export const checkUrl = (
  url: string | URL,
  policy: AddressPolicy,
): Result.Result<URL, CustomerUrlInvalid> => {
  const checked = URL.parse(String(url))
  if (checked === null) return invalid("Syntax", "the customer's URL is not an absolute URL")
  if (checked.protocol !== "http:" && checked.protocol !== "https:") {
    return invalid("Scheme", "the customer's URL must begin with http:// or https://")
  }
  if (checked.username !== "" || checked.password !== "") {
    return invalid(
      "Credentials",
      "the customer's URL must not hold a user or password: they have settings of their own",
    )
  }
  if (checked.port === "0") return invalid("Syntax", "the customer's URL must not name port 0")
  const host = hostOf(checked)
  const refusal = isIP(host) === 0 ? undefined : addressCheck(policy)(host, host)
  if (refusal !== undefined) return invalid("Address", `the customer's URL leads to ${refusal}`)
  checked.hash = ""
  return Result.succeed(checked)
}

const invalid = (reason: CustomerUrlInvalid["reason"], message: string) =>
  Result.fail(new CustomerUrlInvalid({ reason, message }))
