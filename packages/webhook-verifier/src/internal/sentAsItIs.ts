/** Secrets that are sent as they are: in a header, or in the body. */
import { valueAt } from "@lead-gateway/lead-field"
import { parse } from "@lead-gateway/lossless-json"
import * as Result from "effect/Result"
import type { KeyScheme, TokenScheme } from "../CompiledVerifier.ts"
import { digestOf, type Secrets } from "../Secrets.ts"
import { refused, type Verdict } from "../Verdict.ts"
import { valueOf, type WebhookHeaders } from "../WebhookHeaders.ts"
import { compareAll } from "./compareAll.ts"

/** Verifies a token in a header. */
export const checkToken = (
  { header, prefix }: TokenScheme,
  headers: WebhookHeaders,
  secrets: Secrets,
): Verdict => {
  const value = valueOf(headers, header)
  if (value === undefined || !value.startsWith(prefix)) return refused("TokenMissing")
  const secretIndex = compareAll(secrets.digests, [digestOf(value.slice(prefix.length))])
  return secretIndex < 0 ? refused("TokenMismatch") : { _tag: "Accepted", secretIndex }
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
  const secretIndex = compareAll(digests, [digestOf(key)])
  return secretIndex < 0 ? refused("KeyMismatch") : { _tag: "Accepted", secretIndex }
}
