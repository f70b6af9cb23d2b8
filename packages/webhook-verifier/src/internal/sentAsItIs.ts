/** Secrets that are sent as they are: in a header, or in the body. */
import { valueAt } from "@lead-gateway/lead-field"
import { parse } from "@lead-gateway/lossless-json"
import * as Result from "effect/Result"
import type { KeyScheme, TokenScheme } from "../CompiledVerifier.ts"
import { digestOf, type Secrets } from "../Secrets.ts"
import { type Accepted, refused, type Verdict } from "../Verdict.ts"
import { valueOf, type WebhookHeaders } from "../WebhookHeaders.ts"
import { compareAll } from "./compareAll.ts"

const acceptedAsItIs: Accepted = { _tag: "Accepted" }

/** Verifies a token in a header. */
export const checkToken = (
  { header, prefix }: TokenScheme,
  headers: WebhookHeaders,
  secrets: Secrets,
): Verdict => {
  const value = valueOf(headers, header)
  if (value === undefined || !value.startsWith(prefix)) return refused("TokenMissing")
  return compareAll(secrets.digests, [digestOf(value.slice(prefix.length))])
    ? acceptedAsItIs
    : refused("TokenMismatch")
}

const utf8 = new TextDecoder("utf-8", { fatal: true })

/** Verifies a key in the JSON of a body. */
export const checkKey = ({ path }: KeyScheme, rawBody: Uint8Array, { digests }: Secrets): Verdict => {
  let text: string
  try {
    text = utf8.decode(rawBody)
  } catch {
    return refused("KeyMissing")
  }
  const json = parse(text)
  const key = Result.isSuccess(json) ? valueAt(json.success, path) : undefined
  if (typeof key !== "string" || key === "") return refused("KeyMissing")
  return compareAll(digests, [digestOf(key)]) ? acceptedAsItIs : refused("KeyMismatch")
}
