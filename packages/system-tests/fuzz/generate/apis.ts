/** The apis that are fuzzed, and the secrets by which they are used. */
import { createHmac } from "node:crypto"

/** What an api does beside the defaults. */
export interface ApiRules {
  /** Requires secrets of senders and operators. */
  readonly hasAuth: boolean
  /** Accepts signed webhooks, and answers handshakes. */
  readonly hasSignatures: boolean
  readonly acceptsForms: boolean
  /** The field whose text is a webhook's key. */
  readonly keyField: string | undefined
  /** Whether equal bodies are the same webhook. */
  readonly dedupes: boolean
}

const plain: ApiRules = {
  hasAuth: false,
  hasSignatures: false,
  acceptsForms: false,
  keyField: undefined,
  dedupes: false,
}

/** One with the defaults, one that requires secrets, and one with everything that senders may want. */
export const apis = {
  open: plain,
  guarded: { ...plain, hasAuth: true },
  signed: { hasAuth: true, hasSignatures: true, acceptsForms: true, keyField: "lead_id", dedupes: true },
} as const satisfies Readonly<Record<string, ApiRules>>

/** Which api. */
export type ApiName = keyof typeof apis

/** The secrets of senders, operators, the customer and the search. None of them may be in any output. */
export const secrets = {
  sender: "fuzz-sender-secret",
  operator: "fuzz-operator-token",
  /** Signs JWTs. */
  issuer: "fuzz-jwt-secret-of-thirty-two-bytes-or-more",
  /** Signs bodies, as Meta does. */
  body: "fuzz-secret-of-bodies",
  /** Signs the id with the body. */
  id: "fuzz-secret-of-ids",
  /** Of the handshake. */
  token: "fuzz-verify-token",
  /** Of Standard Webhooks. */
  standard: `whsec_${Buffer.from("fuzz-standard-webhooks-secret").toString("base64")}`,
  customer: "fuzz-customer-token",
  search: "fuzz-search-key-of-all-processes",
} as const

/** What the api with signatures verifies by, beside Standard Webhooks. */
export const verifiers = [
  { preset: "meta", secrets: "body" },
  {
    header: "X-Fuzz-Signature",
    encoding: "hex",
    algorithm: "sha256",
    signed: "{id}.{body}",
    id: "webhook-id",
    secrets: "id",
  },
] as const

const base64url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url")

const signedPart = `${base64url({ alg: "HS256" })}.${base64url({ sub: "fuzz-viewer", role: "viewer", exp: 4_102_444_800 })}`

/** A JWT of a viewer, who sees no value of a lead; valid until 2100. */
export const viewerToken = `${signedPart}.${createHmac("sha256", secrets.issuer).update(signedPart).digest("base64url")}`

/** The HMAC that a sender signs with. */
export const signatureOf = (secret: "body" | "id", ...signed: ReadonlyArray<string | Buffer>): string => {
  const hmac = createHmac("sha256", secrets[secret])
  for (const part of signed) hmac.update(part)
  return hmac.digest("hex")
}
