/** Who sent a webhook, and which key makes it the same as another one. */
import { createHash } from "node:crypto"
import { type ApiRules, secrets, signatureOf } from "../generate/apis.ts"
import type { Value } from "./JsonReader.ts"
import { type ReadRequest, valuesOf } from "./Stream.ts"

/** The key of a webhook: webhooks with an equal name are one lead, and must have an equal body. */
export interface Key {
  readonly name: string
  /** A hash of the body. */
  readonly body: string
}

type Headers = ReadRequest["headers"]

const keyForm = /^[\x21-\x7e]{1,255}$/

/** A header that came once, and is not empty. */
const single = (headers: Headers, name: string): string | undefined => {
  const values = valuesOf(headers, name)
  return values.length === 1 && values[0] !== "" ? values[0] : undefined
}

/** Whether a sender has a shared secret, or needs none. */
export const hasSecret = (headers: Headers, { hasAuth }: ApiRules): boolean =>
  !hasAuth || valuesOf(headers, "x-shared-secret").join(", ") === secrets.sender

/** The signatures of a webhook that its body decides about. */
interface Signature {
  readonly secret: "body" | "id"
  readonly hex: string
  readonly id: string | undefined
}

/** The signatures whose form is right, if signatures count. Standard Webhooks of this fuzzer are all too old. */
export const signaturesOf = (headers: Headers, { hasSignatures }: ApiRules): ReadonlyArray<Signature> => {
  if (!hasSignatures) return []
  const [, ofBody] = /^sha256=([\da-f]{64})$/i.exec(single(headers, "x-hub-signature-256") ?? "") ?? []
  const [ofId] = /^[\da-f]{64}$/i.exec(single(headers, "x-fuzz-signature") ?? "") ?? []
  const id = single(headers, "webhook-id") ?? ""
  return [
    ...(ofBody === undefined ? [] : [{ secret: "body", hex: ofBody, id: undefined } as const]),
    ...(ofId === undefined || !keyForm.test(id) ? [] : [{ secret: "id", hex: ofId, id } as const]),
  ]
}

/** The signature that is right of a body. */
export const verified = (signatures: ReadonlyArray<Signature>, body: Buffer): Signature | undefined =>
  signatures.findLast(({ hex, id, secret }) => {
    const signed = id === undefined ? [body] : [`${id}.`, body]
    return signatureOf(secret, ...signed) === hex.toLowerCase()
  })

/** What decides about a key. */
export interface KeySource {
  readonly headers: Headers
  readonly body: Buffer
  readonly payload: Value | undefined
  readonly signature: Signature | undefined
}

/** The key of a webhook; none; `unclear` if its text depends on how a number is written; or `malformed`. */
export const keyOf = (
  { body, headers, payload, signature }: KeySource,
  { dedupes, keyField }: ApiRules,
): Key | "none" | "unclear" | "malformed" => {
  const hash = createHash("sha256").update(body).digest("hex")
  const key = (kind: string, text: string): Key => ({ name: `${kind} ${text}`, body: hash })
  const field =
    keyField !== undefined && payload?.kind === "object" ? payload.entries.get(keyField) : undefined
  const fromField = () =>
    field?.kind === "string" && field.text !== "" ? key("field", field.text) : undefined
  if (signature?.id !== undefined) return key("signature", signature.id)
  if (signature === undefined) {
    for (const name of ["idempotency-key", "webhook-id"]) {
      const [value, ...others] = new Set(valuesOf(headers, name))
      if (value === undefined) continue
      return others.length === 0 && keyForm.test(value) ? key("header", value) : "malformed"
    }
  }
  if (field?.kind === "number" || (keyField !== undefined && payload === undefined)) return "unclear"
  const otherwise =
    signature === undefined ? (dedupes ? key("payload", hash) : "none") : key("signature", hash)
  return fromField() ?? otherwise
}
