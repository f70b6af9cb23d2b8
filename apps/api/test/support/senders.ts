import {
  compileVerifierOrThrow,
  prepareSecrets,
  type PresetName,
  type VerifierDocument,
} from "@lead-gateway/webhook-verifier"
import type { SenderVerifier } from "@lead-gateway/config"
import { Result } from "effect"
import { createHmac } from "node:crypto"
import { leadText } from "./leads.ts"

/** A verifier with its secrets. */
export const verifierOf = (
  document: VerifierDocument,
  secrets: ReadonlyArray<string>,
  tokens: ReadonlyArray<string> = [],
): SenderVerifier => {
  const verifier = compileVerifierOrThrow(document)
  return { verifier, secrets: Result.getOrThrow(prepareSecrets(verifier, secrets, tokens)) }
}

/** An HMAC by Node, and nothing of the verifier. */
const mac = (key: string | Buffer, text: string | Buffer, encoding: "hex" | "base64") =>
  createHmac("sha256", key).update(text).digest(encoding)

/** The time of Standard Webhooks. */
export const seconds = () => Math.floor(Date.now() / 1000)

/** Secrets that no other test uses. */
export const secretOf: Readonly<Record<PresetName, string>> = {
  "standard-webhooks": `whsec_${Buffer.from("standard-webhooks-secret-of-tests").toString("base64")}`,
  meta: "meta-app-secret-of-tests",
  typeform: "typeform-secret-of-tests",
  "hubspot-v3": "hubspot-secret-of-tests",
  stripe: "whsec_stripe-secret-of-tests",
  shopify: "shopify-secret-of-tests",
  tally: "tally-secret-of-tests",
  tiktok: "tiktok-secret-of-tests",
  linkedin: "linkedin-secret-of-tests",
  "google-ads": "google-key-of-tests",
}

/** What a signature is of. */
export interface Signing {
  readonly body?: string
  readonly url?: string
  readonly id?: string
  readonly at?: number
  readonly secret?: string
}

/** Signs as Standard Webhooks do. */
export const standardHeaders = ({
  at = seconds(),
  body = leadText,
  id = "msg_of_tests",
  secret = secretOf["standard-webhooks"],
}: Signing = {}) => ({
  "webhook-id": id,
  "webhook-timestamp": String(at),
  "webhook-signature": `v1,${mac(Buffer.from(secret.slice(6), "base64"), `${id}.${at}.${body}`, "base64")}`,
})

/** Signs as a sender does. */
export const signers: Readonly<
  Record<Exclude<PresetName, "google-ads">, (signing?: Signing) => Readonly<Record<string, string>>>
> = {
  "standard-webhooks": standardHeaders,
  meta: ({ body = leadText, secret = secretOf.meta } = {}) => ({
    "X-Hub-Signature-256": `sha256=${mac(secret, body, "hex")}`,
  }),
  typeform: ({ body = leadText, secret = secretOf.typeform } = {}) => ({
    "Typeform-Signature": `sha256=${mac(secret, body, "base64")}`,
  }),
  "hubspot-v3": ({
    at = Date.now(),
    body = leadText,
    secret = secretOf["hubspot-v3"],
    url = "https://leads.example/webhooks/leads?from=a:b/c",
  } = {}) => ({
    "X-HubSpot-Signature-v3": mac(secret, `POST${url}${body}${at}`, "base64"),
    "X-HubSpot-Request-Timestamp": String(at),
  }),
  stripe: ({ at = seconds(), body = leadText, secret = secretOf.stripe } = {}) => ({
    "Stripe-Signature": `t=${at},v1=${mac(secret, `${at}.${body}`, "hex")},v0=${"0".repeat(64)}`,
  }),
  shopify: ({ body = leadText, secret = secretOf.shopify } = {}) => ({
    "X-Shopify-Hmac-Sha256": mac(secret, body, "base64"),
  }),
  tally: ({ body = leadText, secret = secretOf.tally } = {}) => ({
    "Tally-Signature": mac(secret, body, "base64"),
  }),
  tiktok: ({ at = seconds(), body = leadText, secret = secretOf.tiktok } = {}) => ({
    "TikTok-Signature": `t=${at},s=${mac(secret, `${at}.${body}`, "hex")}`,
  }),
  linkedin: ({ body = leadText, secret = secretOf.linkedin } = {}) => ({
    "X-LI-Signature": mac(secret, `hmacsha256=${body}`, "hex"),
  }),
}
