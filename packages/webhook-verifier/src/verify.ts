import { createHmac, hash } from "node:crypto"
import type { CompiledVerifier, SignatureScheme } from "./CompiledVerifier.ts"
import { compareAll } from "./internal/compareAll.ts"
import { checkKey, checkToken } from "./internal/sentAsItIs.ts"
import { partsOf, signaturesIn } from "./internal/signatures.ts"
import { textOf } from "./internal/signedText.ts"
import { pathOf, signedUrl } from "./internal/signedUrl.ts"
import { millisOf } from "./internal/timestamp.ts"
import type { Secrets } from "./Secrets.ts"
import { type Refused, refused, type Verdict } from "./Verdict.ts"
import { valueOf, type WebhookHeaders } from "./WebhookHeaders.ts"

/** What of a webhook is there before its body. */
export interface WebhookHead {
  readonly method: string
  /** The target of the request, a path with its query or a whole URL. */
  readonly url: string
  readonly headers: WebhookHeaders
  /** The time, in milliseconds since 1970. */
  readonly now: number
  readonly secrets: Secrets
}

/** A webhook. */
export interface Webhook extends WebhookHead {
  /** The bytes of the body, as the sender signed them: not what a parser made of them. */
  readonly rawBody: Uint8Array
}

/** A webhook whose head is right so far: its body decides. */
export interface Pending {
  readonly _tag: "Pending"
  readonly signatures: ReadonlyArray<Uint8Array>
  /** The text that is signed in front of the body and behind it, a byte a character. */
  readonly before: string
  readonly after: string
  readonly id: string | undefined
  readonly timestamp: string
  readonly timestampMs: number | undefined
}

/** Verifies a webhook. Total: whatever comes, it is accepted or refused. */
export const verify = (verifier: CompiledVerifier, webhook: Webhook): Verdict => {
  const head = checkHead(verifier, webhook)
  return head._tag === "Pending" ? checkBody(verifier, head, webhook.rawBody, webhook.secrets) : head
}

/**
 * Verifies as much as can be without the body: refuses a missing or malformed signature, a wrong time or token. For
 * servers that should not read the body of who is refused anyway; {@link checkBody} does the rest.
 */
export const checkHead = ({ scheme }: CompiledVerifier, head: WebhookHead): Verdict | Pending => {
  switch (scheme.kind) {
    case "signature":
      return checkSignatureHead(scheme, head)
    case "token":
      return checkToken(scheme, head.headers, head.secrets)
    case "key":
      return keyPending
  }
}

/** Verifies the body of a webhook whose head was right. Time and secrets that differ from those of the head are a bug. */
export const checkBody = (
  { scheme }: CompiledVerifier,
  pending: Pending,
  rawBody: Uint8Array,
  secrets: Secrets,
): Verdict => {
  switch (scheme.kind) {
    case "signature":
      return checkSignature(scheme, pending, rawBody, secrets)
    case "key":
      return checkKey(scheme, rawBody, secrets)
    case "token":
      return refused("TokenMissing")
  }
}

const keyPending: Pending = {
  _tag: "Pending",
  signatures: [],
  before: "",
  after: "",
  id: undefined,
  timestamp: "",
  timestampMs: undefined,
}

const checkSignatureHead = (scheme: SignatureScheme, head: WebhookHead): Refused | Pending => {
  const { headers } = head
  const header = valueOf(headers, scheme.header)
  if (header === undefined) return refused("SignatureMissing")
  const signatures = signaturesIn(header, scheme.form)
  if (signatures === "TooMany") return refused("TooManySignatures")
  if (signatures.length === 0) return refused("SignatureMalformed")

  const { after, before } = scheme.signed
  const timestamp = scheme.timestamp === undefined ? "" : timestampIn(scheme.timestamp, headers)
  if (timestamp === undefined) return refused("TimestampMissing")
  let timestampMs: number | undefined
  if (scheme.timestamp !== undefined) {
    const { toleranceMs, unit } = scheme.timestamp
    timestampMs = millisOf(timestamp, unit)
    if (Number.isNaN(timestampMs)) return refused("TimestampMalformed")
    if (head.now - timestampMs > toleranceMs) return refused("TimestampTooOld")
    if (timestampMs - head.now > toleranceMs) return refused("TimestampInFuture")
  }
  let id: string | undefined
  if (scheme.idHeader !== undefined) {
    id = valueOf(headers, scheme.idHeader)
    if (id === undefined) return refused("IdMissing")
    if (!/^[\x21-\x7e]{1,255}$/.test(id)) return refused("IdMalformed")
  }
  if (before.length === 0 && after.length === 0) {
    return { _tag: "Pending", signatures, before: "", after: "", id, timestamp, timestampMs }
  }
  const { hasUrl } = scheme.signed
  const values = {
    timestamp,
    id: id ?? "",
    method: head.method,
    path: hasUrl ? pathOf(head.url) : "",
    url: hasUrl ? signedUrl(scheme.url, head.url, valueOf(headers, "host") ?? "") : "",
  }
  const textBefore = textOf(before, values, headers)
  const textAfter = textOf(after, values, headers)
  return textBefore === undefined || textAfter === undefined
    ? refused("HeaderMissing")
    : { _tag: "Pending", signatures, before: textBefore, after: textAfter, id, timestamp, timestampMs }
}

/** The time as the header has it; of a header with parts, the one part with its prefix. */
const timestampIn = (
  { header, prefix, separator }: NonNullable<SignatureScheme["timestamp"]>,
  headers: WebhookHeaders,
): string | undefined => {
  const value = valueOf(headers, header)
  if (value === undefined || prefix === undefined) return value
  let found: string | undefined
  for (const part of partsOf(value, separator)) {
    if (!part.startsWith(prefix)) continue
    // Of two times nobody knows which one is signed.
    if (found !== undefined) return "two"
    found = part.slice(prefix.length)
  }
  return found
}

const checkSignature = (
  { algorithm }: SignatureScheme,
  pending: Pending,
  rawBody: Uint8Array,
  { keys }: Secrets,
): Verdict => {
  const { after, before, id, signatures, timestamp, timestampMs } = pending
  const macs: Array<Uint8Array> = []
  for (const key of keys) {
    const hmac = createHmac(algorithm, key)
    if (before !== "") hmac.update(before, "latin1")
    hmac.update(rawBody)
    if (after !== "") hmac.update(after, "latin1")
    macs.push(hmac.digest())
  }
  const secretIndex = compareAll(macs, signatures)
  if (secretIndex < 0) return refused("SignatureMismatch")
  return {
    _tag: "Accepted",
    secretIndex,
    ...(id === undefined ? {} : { id }),
    ...(timestampMs === undefined ? {} : { timestampMs }),
    replayKey: id ?? `${timestamp}.${hash("sha256", rawBody, "hex")}`,
  }
}
