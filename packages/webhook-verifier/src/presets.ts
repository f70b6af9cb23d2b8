/** Verifiers of senders, as documents: what each of them documents of its webhooks. */
import type { presetNames } from "./presetNames.ts"
import type { KeyVerifier, SignatureVerifier } from "./VerifierDocument.ts"

/** The name of a preset. */
export type PresetName = (typeof presetNames)[number]

/** An HMAC with SHA-256 of the body alone. */
const ofBody = { algorithm: "sha256", signed: "{body}" } as const

/** The documents of the presets: to read, or to begin a document of one's own with. */
export const presets: Readonly<Record<PresetName, SignatureVerifier | KeyVerifier>> = {
  // https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
  "standard-webhooks": {
    header: "webhook-signature",
    separator: " ",
    prefix: "v1,",
    encoding: "base64",
    algorithm: "sha256",
    signed: "{id}.{timestamp}.{body}",
    timestamp: { header: "webhook-timestamp", unit: "s" },
    id: "webhook-id",
    secret: { encoding: "base64", prefix: "whsec_", least_bytes: 24 },
  },
  // https://developers.facebook.com/docs/graph-api/webhooks/getting-started
  meta: {
    header: "X-Hub-Signature-256",
    prefix: "sha256=",
    encoding: "hex",
    ...ofBody,
    handshake: {
      kind: "echo",
      challenge: "hub.challenge",
      token: "hub.verify_token",
      secrets: "verify_token",
      where: { "hub.mode": "subscribe" },
    },
  },
  // https://www.typeform.com/developers/webhooks/secure-your-webhooks/
  typeform: { header: "Typeform-Signature", prefix: "sha256=", encoding: "base64", ...ofBody },
  // https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/request-validation
  "hubspot-v3": {
    header: "X-HubSpot-Signature-v3",
    encoding: "base64",
    algorithm: "sha256",
    signed: "{method}{url}{body}{timestamp}",
    timestamp: { header: "X-HubSpot-Request-Timestamp", unit: "ms" },
    url: { decode: ":/?@!$'()*,;" },
  },
  // https://docs.stripe.com/webhooks#verify-manually
  stripe: {
    header: "Stripe-Signature",
    separator: ",",
    prefix: "v1=",
    encoding: "hex",
    algorithm: "sha256",
    signed: "{timestamp}.{body}",
    timestamp: { header: "Stripe-Signature", prefix: "t=", unit: "s" },
  },
  // https://shopify.dev/docs/apps/build/webhooks/verify-deliveries
  shopify: { header: "X-Shopify-Hmac-Sha256", encoding: "base64", ...ofBody },
  // https://tally.so/help/webhooks
  tally: { header: "Tally-Signature", encoding: "base64", ...ofBody },
  // https://developers.tiktok.com/doc/webhooks-verification
  tiktok: {
    header: "TikTok-Signature",
    separator: ",",
    prefix: "s=",
    encoding: "hex",
    algorithm: "sha256",
    signed: "{timestamp}.{body}",
    timestamp: { header: "TikTok-Signature", prefix: "t=", unit: "s" },
  },
  // https://learn.microsoft.com/en-us/linkedin/shared/api-guide/webhook-validation
  linkedin: {
    header: "X-LI-Signature",
    // The prefix is signed; whether the header has it too, the documentation leaves open.
    prefix: ["hmacsha256=", ""],
    encoding: "hex",
    algorithm: "sha256",
    signed: "hmacsha256={body}",
    handshake: { kind: "hmac", challenge: "challengeCode", response: "challengeResponse" },
  },
  // https://developers.google.com/google-ads/webhook/docs/implementation
  "google-ads": { key_in_body: "google_key" },
}
