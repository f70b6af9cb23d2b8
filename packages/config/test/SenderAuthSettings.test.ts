import { assert, describe, it } from "@effect/vitest"
import { apiSettings } from "@lead-gateway/config"
import { Effect, Option } from "effect"
import { inspect } from "node:util"
import { diagnostics, load } from "./world.ts"

const standard = `whsec_${Buffer.alloc(24, "s").toString("base64")}`
const basis = { ENABLE_AUTH: "true", OPERATOR_TOKENS: "ops" }
const inFile = { ...basis, WEBHOOK_VERIFIER_FILE: "verifiers.json" }

/** The verifiers that are loaded, each by its header or path, with the number of its secrets and tokens. */
const verifiersOf = (env: Readonly<Record<string, string>>, document?: unknown) =>
  Effect.map(
    load(
      apiSettings,
      { ...(document === undefined ? basis : inFile), ...env },
      document === undefined ? {} : { "verifiers.json": JSON.stringify(document) },
    ),
    ({ value }) =>
      Option.getOrThrow(value.auth).verifiers.map(({ secrets, verifier: { scheme } }) => {
        const name = scheme.kind === "key" ? scheme.path.join(".") : scheme.header
        return [name, secrets.keys.length + secrets.digests.length, secrets.handshakeDigests.length]
      }),
  )

const meta = { preset: "meta" }

describe("senders", () => {
  it.effect("are let in by Standard Webhooks with signing secrets alone", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* verifiersOf({ WEBHOOK_SIGNING_SECRETS: `${standard}, ${standard}` }), [
        ["webhook-signature", 2, 0],
      ])
      assert.deepStrictEqual(yield* verifiersOf({ SHARED_SECRET: "a" }), [])
    }),
  )

  it.effect("are let in by the verifiers of a file, and by Standard Webhooks beside them", () =>
    Effect.gen(function* () {
      const both = { WEBHOOK_SIGNING_SECRETS: `${standard},app-secret` }
      assert.deepStrictEqual(yield* verifiersOf({ WEBHOOK_SIGNING_SECRETS: "app-secret" }, meta), [
        ["x-hub-signature-256", 1, 0],
      ])
      assert.deepStrictEqual(yield* verifiersOf(both, meta), [
        ["webhook-signature", 1, 0],
        ["x-hub-signature-256", 2, 0],
      ])
      const listed = [{ preset: "standard-webhooks" }]
      assert.deepStrictEqual(yield* verifiersOf({ WEBHOOK_SIGNING_SECRETS: standard }, listed), [
        ["webhook-signature", 1, 0],
      ])
    }),
  )

  it.effect("have secrets by label, and a colon belongs to a secret where no verifier has the label", () =>
    Effect.gen(function* () {
      const document = [
        { ...meta, secrets: "meta" },
        { preset: "google-ads" },
        { preset: "stripe", secrets: "shop" },
      ]
      const secrets = "meta:one, meta:two,verify_token:meatyhamhock,google:key,shop:x:y"
      assert.deepStrictEqual(yield* verifiersOf({ WEBHOOK_SIGNING_SECRETS: secrets }, document), [
        ["x-hub-signature-256", 2, 1],
        ["google_key", 1, 0],
        ["stripe-signature", 1, 0],
      ])
    }),
  )

  it.effect("have secrets in a file as well, which nothing prints", () =>
    Effect.gen(function* () {
      const files = { secrets: "app-secret\n", "verifiers.json": `\u{FEFF}${JSON.stringify(meta)}` }
      const loaded = yield* load(apiSettings, { ...inFile, WEBHOOK_SIGNING_SECRETS_FILE: "secrets" }, files)
      assert.include(loaded.summary, {
        WEBHOOK_SIGNING_SECRETS: "(set)",
        WEBHOOK_VERIFIER_FILE: "verifiers.json",
      })
      assert.notInclude(inspect(loaded, { depth: 12 }), "app-secret")
    }),
  )

  it.effect("need one of the three", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* diagnostics(apiSettings, basis), [
        "SHARED_SECRET: is missing; use one secret or several separated by commas, of visible ASCII characters, " +
          "or set WEBHOOK_SIGNING_SECRETS or WEBHOOK_VERIFIER_FILE",
      ])
    }),
  )

  it.effect("are not looked at while nobody is asked", () =>
    Effect.gen(function* () {
      const { value } = yield* load(apiSettings, { WEBHOOK_VERIFIER_FILE: "nowhere.json" })
      assert.deepStrictEqual(value.auth, Option.none())
    }),
  )
})

describe("a mistake", () => {
  const foreign =
    "WEBHOOK_SIGNING_SECRETS: (secret) is invalid; use whsec_ and 24 to 64 bytes in base64 for Standard Webhooks, " +
    "or name the verifier of other secrets in WEBHOOK_VERIFIER_FILE"

  it.effect.each([
    ["app-secret", undefined, [foreign]],
    [`whsec_${Buffer.alloc(23).toString("base64")}`, undefined, [foreign]],
    [`${standard},app-secret`, undefined, [foreign]],
    [undefined, meta, ["WEBHOOK_SIGNING_SECRETS: has no secret of verifier 1 of verifiers.json; add it"]],
    [
      "app-secret",
      [meta, { preset: "stripe", secrets: "shop" }],
      ["WEBHOOK_SIGNING_SECRETS: has no secret of verifier 2 of verifiers.json; add it, behind shop:"],
    ],
    [
      "app-secret",
      { preset: "standard-webhooks" },
      [
        "WEBHOOK_SIGNING_SECRETS: (secret) is invalid; use for verifier 1 of verifiers.json whsec_ and at least 24 bytes in base64",
      ],
    ],
    ["x", [], ["verifiers.json: found [], expected a verifier or a list of them"]],
    [
      "x",
      [meta, { preset: "facebook" }, { ...meta, tolerance: "5m" }],
      [
        'verifiers.json: 1: preset: found "facebook", expected "standard-webhooks" or "meta" or "typeform" or "hubspot-v3" or "stripe" or "shopify" or "tally" or "tiktok" or "linkedin" or "google-ads"',
        'verifiers.json: 2: tolerance: found "5m", expected no such key: meta has no time',
      ],
    ],
    ["x", "meta", ['verifiers.json: webhook verifier: found "meta", expected parsed JSON, not its text']],
  ] as const)("in %s with %j is reported", ([secrets, document, lines]) =>
    Effect.gen(function* () {
      const env = {
        ...(document === undefined ? basis : inFile),
        ...(secrets === undefined ? {} : { WEBHOOK_SIGNING_SECRETS: secrets }),
      }
      const files = document === undefined ? {} : { "verifiers.json": JSON.stringify(document) }
      assert.deepStrictEqual<ReadonlyArray<string>>(yield* diagnostics(apiSettings, env, files), lines)
    }),
  )

  it.effect("in the file itself is reported, beside those of other settings", () =>
    Effect.gen(function* () {
      const env = { ...inFile, API_PORT: "http" }
      const files = { "verifiers.json": '{"preset":"meta","preset":"stripe"}' }
      assert.deepStrictEqual(yield* diagnostics(apiSettings, env, files), [
        'API_PORT: "http" is invalid; use a whole number from 0 to 65535',
        "verifiers.json: preset: found a second time, expected every key once",
      ])
      assert.deepStrictEqual(yield* diagnostics(apiSettings, inFile), [
        'WEBHOOK_VERIFIER_FILE: "verifiers.json" cannot be read (ENOENT); use the path of a readable file of JSON',
      ])
      const [line = ""] = yield* diagnostics(apiSettings, inFile, { "verifiers.json": "{" })
      assert.match(line, /^verifiers\.json: /)
    }),
  )
})
