import { assert, describe, it } from "@effect/vitest"
import { fileSettings, Kind, Settings, workerSettings } from "@lead-gateway/config"
import { loadWithFlow } from "@lead-gateway/config/flow"
import { Effect } from "effect"
import { fileURLToPath } from "node:url"
import { afterAll, afterEach, beforeAll, vi } from "vitest"

const config = fileURLToPath(new URL("../../../config", import.meta.url))

const settings = Settings.all({
  files: fileSettings,
  customer: Settings.all({
    productName: Settings.withDefault("CUSTOMER_PRODUCT_NAME", Kind.text, "Product", "roof"),
  }),
  port: Settings.withDefault("PORT", Kind.port, "Port", 80),
})

const started = process.cwd()
beforeAll(() => process.chdir(fileURLToPath(new URL("..", import.meta.url))))
afterAll(() => process.chdir(started))
afterEach(() => vi.unstubAllEnvs())

describe("loadWithFlow", () => {
  it.effect("returns settings and flow, and the paths of the files in the summary", () =>
    Effect.gen(function* () {
      vi.stubEnv("LEAD_RULES_FILE", `${config}/lead_rules.json`)
      const { summary, value } = yield* loadWithFlow(settings, { shipped: config })
      assert.strictEqual(value.port, 80)
      assert.deepStrictEqual(value.flow.constants, { "product.name": "roof" })
      assert.deepInclude(summary, {
        PORT: "80",
        LEAD_RULES_FILE: `${config}/lead_rules.json`,
        ATTRIBUTE_MAPPING_FILE: `${config}/customer_attribute_mapping.json`,
      })
    }),
  )

  it.effect(
    "loads the retry policy of a process that delivers, one that ships too, and the default one else",
    () =>
      Effect.gen(function* () {
        const delivers = Settings.all({ settings, worker: workerSettings })
        const both = Settings.map(delivers, ({ settings, worker }) => ({ ...settings, worker }))
        vi.stubEnv("RETRY_POLICY_FILE", "config/retry_policy.tolerant.json")
        const { value } = yield* loadWithFlow(both, { shipped: config })
        assert.match(String(value.policy.version), /tolerant/)
        assert.match(
          String((yield* loadWithFlow(settings, { shipped: config })).value.policy.version),
          /^default/,
        )
      }),
  )

  it.effect("reports a wrong retry policy together with everything else that is wrong", () =>
    Effect.gen(function* () {
      const delivers = Settings.all({ settings, worker: workerSettings })
      const both = Settings.map(delivers, ({ settings, worker }) => ({ ...settings, worker }))
      vi.stubEnv("PORT", "x")
      vi.stubEnv("LEAD_RULES_FILE", "no/rules.json")
      vi.stubEnv("RETRY_POLICY_FILE", "no/policy.json")
      const { diagnostics } = yield* Effect.flip(loadWithFlow(both, { shipped: config }))
      assert.deepStrictEqual(diagnostics, [
        'PORT: "x" is invalid; use a whole number from 1 to 65535',
        'LEAD_RULES_FILE: "no/rules.json" cannot be read (ENOENT); use the path of a readable file of JSON',
        'RETRY_POLICY_FILE: "no/policy.json" cannot be read (ENOENT); use the path of a readable file of JSON',
      ])
    }),
  )

  it.effect("warns of a misspelt name also when settings or only files are wrong", () =>
    Effect.gen(function* () {
      vi.stubEnv("ATTRIBUTE_MAPPING_FILES", "mapping.json")
      const warning = "ATTRIBUTE_MAPPING_FILES is not a setting; did you mean ATTRIBUTE_MAPPING_FILE?"
      const instead = { payloadTemplate: "no/draft.json" }
      const load = Effect.flip(loadWithFlow(settings, { shipped: config, instead }))
      assert.strictEqual((yield* load).message, `no/draft.json: cannot be read (ENOENT)\n${warning}`)
      vi.stubEnv("PORT", "x")
      assert.deepStrictEqual((yield* load).warnings, [warning])
    }),
  )

  it.effect("fails with the diagnostics of settings and of files at once, also of drafts", () =>
    Effect.gen(function* () {
      vi.stubEnv("PORT", "x")
      vi.stubEnv("LEAD_RULES_FILE", "no/rules.json")
      const instead = { payloadTemplate: "no/draft.json" }
      const { diagnostics } = yield* Effect.flip(loadWithFlow(settings, { shipped: config, instead }))
      assert.deepStrictEqual(diagnostics, [
        'PORT: "x" is invalid; use a whole number from 1 to 65535',
        'LEAD_RULES_FILE: "no/rules.json" cannot be read (ENOENT); use the path of a readable file of JSON',
        "no/draft.json: cannot be read (ENOENT)",
      ])
    }),
  )
})
