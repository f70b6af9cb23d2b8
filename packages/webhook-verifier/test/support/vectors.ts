/**
 * Signed webhooks. `source` says who computed the signature: the sender's own documentation or library, where it publishes
 * one with its secret, else OpenSSL: `printf '%s' TEXT | openssl dgst -sha256 -hmac SECRET -r` (or `-binary | base64`).
 */
import type { VerifierDocument } from "@lead-gateway/webhook-verifier"

export interface Vector {
  readonly name: string
  readonly source: string
  readonly document: VerifierDocument
  readonly secret: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly method?: string
  readonly url?: string
  /** When it is verified, in milliseconds. */
  readonly now?: number
  readonly replayKey?: string
}

const body = '{"email":"customer@example.com","phone":"+49123456789"}'

export const standard: Vector = {
  name: "Standard Webhooks",
  source:
    "github.com/standard-webhooks/standard-webhooks, libraries/javascript/src/webhook.test.ts, 'sign function works'",
  document: { preset: "standard-webhooks" },
  secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
  headers: {
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": "1614265330",
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
  },
  body: '{"test": 2432232314}',
  now: 1614265330_000,
  replayKey: "msg_p5jXN8AQM9LWM0D4loKWxJek",
}

export const stripe: Vector = {
  name: "Stripe",
  source:
    "OpenSSL, of docs.stripe.com/webhooks#verify-manually; Stripe publishes headers without their secret",
  document: { preset: "stripe" },
  secret: "whsec_stripe_test_secret",
  headers: {
    "stripe-signature":
      "t=1492774577,v1=7292af0c77fafdcff79e70c801b908e49d8de9656f44b62f20e658154f7a5962,v0=6ffbb59b2300aae63f272406069a9788598b792a944a07aba816edb039989a39",
  },
  body,
  now: 1492774577_000,
}

export const meta: Vector = {
  name: "Meta",
  source: "OpenSSL, of developers.facebook.com/docs/graph-api/webhooks/getting-started, which publishes none",
  document: { preset: "meta" },
  secret: "meta-app-secret",
  headers: {
    "x-hub-signature-256": "sha256=a3be8b89ae79e85414ac9f0a2efd1bfb60744db2bc9e7687636165a642a05174",
  },
  body,
}

export const vectors: ReadonlyArray<Vector> = [
  standard,
  meta,
  {
    name: "X-Hub-Signature-256 as GitHub publishes it, which Meta's is the same as",
    source:
      "docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries, 'Testing the webhook payload validation'",
    document: { preset: "meta" },
    secret: "It's a Secret to Everybody",
    headers: {
      "x-hub-signature-256": "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
    },
    body: "Hello, World!",
  },
  {
    name: "Typeform",
    source: "OpenSSL, of www.typeform.com/developers/webhooks/secure-your-webhooks, which publishes none",
    document: { preset: "typeform" },
    secret: "typeform-secret",
    headers: { "typeform-signature": "sha256=FOc9F0RlVrBUuY8/Edv/KhyqnQyYzixlWlkx1j9VEoA=" },
    body,
  },
  {
    name: "HubSpot v3",
    source:
      "github.com/HubSpot/hubspot-api-python, tests/spec/utils/test_signature.py, test_get_signature__v3",
    document: { preset: "hubspot-v3" },
    secret: "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy",
    headers: {
      host: "www.example.com",
      "x-hubspot-signature-v3": "HPW73RUtKmcYoEDADG0s6MmGFWUzWJKAW07r8RDgcQw=",
      "x-hubspot-request-timestamp": "15000000",
    },
    body: "{'example_field':'example_value'}",
    url: "/webhook_uri",
    now: 15000000,
  },
  {
    name: "HubSpot v3 with a query, behind a proxy",
    source:
      "OpenSSL, of the characters that developers.hubspot.com/docs/api/webhooks/validating-requests lists to be decoded",
    document: { preset: "hubspot-v3", url_base: "https://leads.example" },
    secret: "hubspot-client-secret",
    headers: {
      host: "10.0.0.7:8080",
      "x-hubspot-signature-v3": "XrR+UOVttoytb787ppJonbfhBR07/OSaXBaB5aK/P20=",
      "x-hubspot-request-timestamp": "1700000000000",
    },
    body,
    url: "/webhooks/leads?a=x%3Ay%2fz%40w&b=%20c%25",
    now: 1700000000000,
  },
  stripe,
  {
    name: "Shopify",
    source: "OpenSSL, of shopify.dev/docs/apps/build/webhooks/verify-deliveries, which publishes none",
    document: { preset: "shopify" },
    secret: "shpss_0123456789abcdef",
    headers: { "x-shopify-hmac-sha256": "R0FaEGzUhml+uBoLSTDglFwpw10QPFxT4i8XCmo5Wf0=" },
    body,
  },
  {
    name: "Tally",
    source: "OpenSSL, of tally.so/help/webhooks, which publishes none",
    document: { preset: "tally" },
    secret: "tally-signing-secret",
    headers: { "tally-signature": "G4vgiYQawyeZnSjDO0GI7iGKLuZia08fzfQURGFqjAw=" },
    body,
  },
  {
    name: "TikTok",
    source:
      "OpenSSL, of developers.tiktok.com/doc/webhooks-verification, which publishes a header without its secret",
    document: { preset: "tiktok" },
    secret: "tiktok-client-secret",
    headers: {
      "tiktok-signature": "t=1633174587,s=150dd56ea72c1685d4edc7963f05ea009b56e2d9ac88ad50aafaf54671933f70",
    },
    body,
    now: 1633174587_000,
  },
  ...["", "hmacsha256="].map((prefix): Vector => ({
    name: `LinkedIn, whose header begins with '${prefix}'`,
    source:
      "OpenSSL, of learn.microsoft.com/en-us/linkedin/shared/api-guide/webhook-validation, which publishes none",
    document: { preset: "linkedin" },
    secret: "linkedin-client-secret",
    headers: {
      "x-li-signature": `${prefix}cab51debfcb352b249acf127bacf7befce6c56be2739429600febcd4297062fa`,
    },
    body,
  })),
  {
    name: "a scheme of one's own with SHA-1",
    source: "OpenSSL",
    document: {
      header: "X-Hub-Signature",
      prefix: "sha1=",
      encoding: "hex",
      algorithm: "sha1",
      signed: "{body}",
    },
    secret: "legacy",
    headers: { "x-hub-signature": "sha1=6abb732e095cc3dca8194d03a1aa992027c1a473" },
    body,
  },
  {
    name: "a scheme of one's own with everything in it",
    source: "OpenSSL",
    document: {
      header: "X-Sign",
      encoding: "hex",
      algorithm: "sha512",
      signed: "path:{path}|{id}|{header:X-Time}|{body}",
      id: "X-Id",
      secret: { encoding: "hex", prefix: "k_" },
    },
    secret: "k_6b6579",
    headers: {
      "x-sign":
        "def13b5f41f977c4e9545ce57bc58ddf1ea42ae1cb860033a31313c126487b3c337c0ec8db0e776b2d37e12921f5a683730fec17ea270089ef526dcc3fa74273",
      "x-id": "evt-1",
      "x-time": "2026-01-21T10:35:00Z",
    },
    body,
    url: "/webhooks/leads?x=1",
    replayKey: "evt-1",
  },
  {
    name: "a token in a header",
    source: "no signature",
    document: { token_in_header: "Authorization", prefix: "Bearer " },
    secret: "open-sesame",
    headers: { authorization: "Bearer open-sesame" },
    body,
  },
  {
    name: "Google Ads",
    source: "no signature; developers.google.com/google-ads/webhook/docs/implementation",
    document: { preset: "google-ads" },
    secret: "google-key",
    headers: {},
    body: '{"lead_id":"TeSter-123","google_key":"google-key","is_test":true}',
  },
]
