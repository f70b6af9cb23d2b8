/** What makes a webhook the same as an earlier one: a key that its sender gives, or its body. */
import type { SenderSettings } from "@lead-gateway/config"
import { type FieldPath, valueAt } from "@lead-gateway/lead-field"
import type { SenderKey, SenderKeyKind } from "@lead-gateway/lead-store"
import { isRawNumber, type JsonObject } from "@lead-gateway/lossless-json"
import { Duration, Option } from "effect"
import { hash } from "node:crypto"
import type { IncomingMessage } from "node:http"
import * as Answer from "./Answer.ts"
import type { AcceptedSender } from "./SenderVerification.ts"

/** What the key of a webhook is taken from. */
export interface KeySource {
  readonly request: Pick<IncomingMessage, "headers" | "headersDistinct">
  readonly payload: JsonObject
  /** SHA-256 of the body, as a binary string. */
  readonly bodyHash: string
  /** What a signature says of the webhook; absent without one. */
  readonly sender: AcceptedSender | undefined
}

/**
 * Makes the function that returns a webhook's key: of its header, else of the configured field, else, with a window for
 * equal bodies, its body's hash; undefined if it has none. A malformed header is refused: its sender expects protection.
 *
 * Of a signed webhook only what is signed counts, so that a copy of it cannot get another key: its id, else the field, else
 * its time with its body. Such a key stands at least for as long as a copy would be let in, whatever `IDEMPOTENCY_TTL` says.
 *
 * Senders share the keys of the tenant. A key from a field is another one than the same text in a header.
 */
export const makeSenderKey = ({
  dedupeWindow,
  idempotencyField,
  idempotencyTtl,
}: SenderSettings): ((source: KeySource) => SenderKey | Answer.Answer | undefined) => {
  const ttlMs = Duration.toMillis(idempotencyTtl)
  const field = Option.getOrUndefined(idempotencyField)
  const windowMs = Option.getOrUndefined(Option.map(dedupeWindow, Duration.toMillis))
  const keyOf = (kind: SenderKeyKind, key: string, leastMs = 0): SenderKey => ({
    kind,
    hash: hash("sha256", key, "binary"),
    ttlMs: Math.max(ttlMs, leastMs),
  })

  return ({ bodyHash, payload, request, sender }) => {
    const fromField = () => (field === undefined ? undefined : fieldKey(payload, field))
    if (sender?.replayKey !== undefined) {
      const signed = sender.id === undefined ? fromField() : undefined
      const leastMs =
        sender.replayableUntilMs === undefined ? 0 : sender.replayableUntilMs - Date.now() + marginMs
      return signed === undefined
        ? keyOf("signature", sender.replayKey, leastMs)
        : keyOf("field", signed, leastMs)
    }
    for (const header of keyHeaders) {
      if (request.headers[header.name] === undefined) continue
      const key = headerKey(request, header.name)
      return key === undefined ? header.refusal : keyOf("header", key)
    }
    const key = fromField()
    if (key !== undefined) return keyOf("field", key)
    return windowMs === undefined ? undefined : { kind: "payload", hash: bodyHash, ttlMs: windowMs }
  }
}

/** The clocks of this process and of Postgres may differ. */
const marginMs = 60_000

/** The headers, in the order in which they count. */
const keyHeaders = [
  { name: "idempotency-key", refusal: Answer.malformedKey("Idempotency-Key") },
  { name: "webhook-id", refusal: Answer.malformedKey("webhook-id") },
] as const

/** Visible ASCII. Without spaces, so two headers, which Node joins with a comma and a space, are never one key. */
const keyForm = /^[\x21-\x7e]{1,255}$/

const headerKey = (request: KeySource["request"], name: string): string | undefined => {
  const value = request.headers[name]
  if (typeof value === "string" && keyForm.test(value)) return value
  const [only = "", ...others] = new Set(request.headersDistinct[name])
  return others.length === 0 && keyForm.test(only) ? only : undefined
}

/** A text or a number, with all its digits; anything else, also an empty text, is no key. */
const fieldKey = (payload: JsonObject, field: FieldPath): string | undefined => {
  const value = valueAt(payload, field)
  if (isRawNumber(value)) return value.rawJSON
  if (typeof value === "number") return String(value)
  return typeof value === "string" && value !== "" ? value : undefined
}
