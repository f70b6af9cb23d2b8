import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import type { FileSettings } from "@lead-gateway/config"
import { loadFlow, logWarnings, printWarnings } from "@lead-gateway/config/flow"
import { Ajv2020 } from "ajv/dist/2020.js"
import { decide } from "@lead-gateway/lead-pipeline"
import { type JsonObject, parse } from "@lead-gateway/lossless-json"
import { Effect, Logger, Result } from "effect"
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const inRepository = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url))

const shippedFiles: FileSettings = {
  leadRules: inRepository("config/lead_rules.json"),
  normalizerProfile: inRepository("config/normalizer_profile.json"),
  attributeMapping: inRepository("config/customer_attribute_mapping.json"),
  payloadTemplate: inRepository("config/customer_payload_template.json"),
}

let folder = ""
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "lead-gateway-flow-"))
})
afterAll(() => rmSync(folder, { recursive: true }))

/** Writes a configuration file of this test. */
const file = (name: string, content: unknown): string => {
  const path = join(folder, `${crypto.randomUUID()}-${name}.json`)
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content))
  return path
}

const load = (changes: Partial<FileSettings> = {}) =>
  loadFlow({ ...shippedFiles, ...changes }, { productName: "roof" })

/** The diagnostics, one line each. */
const linesOf = (changes: Partial<FileSettings>) =>
  Effect.map(Effect.flip(load(changes)), ({ message }) => message.split("\n"))

describe("the files that ship", () => {
  const files = readdirSync(inRepository("config"), { recursive: true, encoding: "utf8" })
  const documents = files.filter((name) => name.endsWith(".json") && !name.includes("samples"))

  it.each(documents)("%s names its JSON Schema and meets it", (name) => {
    const text = readFileSync(inRepository(`config/${name}`), "utf8")
    const { $schema } = JSON.parse(text) as { readonly $schema: string }
    const schema = JSON.parse(
      readFileSync(join(inRepository(`config/${name}`), "..", $schema), "utf8"),
    ) as object
    const validate = new Ajv2020({ strict: false }).compile(schema)
    assert.isTrue(validate(JSON.parse(text)), JSON.stringify(validate.errors))
  })
})

describe("loadFlow", () => {
  it.effect("makes a flow of the files that ship", () =>
    Effect.gen(function* () {
      const flow = yield* load()
      assert.deepStrictEqual(flow.constants, { "product.name": "roof" })
      assert.deepStrictEqual(Object.keys(flow.versions), ["rules", "profile", "mapping", "template"])
    }),
  )

  it.effect("gives a part another version when its file's content is another, and only then", () =>
    Effect.gen(function* () {
      const { versions } = yield* load()
      for (const version of Object.values(versions)) assert.match(version, /^[0-9a-f]{12}$/)
      const text = readFileSync(shippedFiles.attributeMapping, "utf8")
      const copied = yield* load({ attributeMapping: file("copy", text) })
      assert.deepStrictEqual(copied.versions, versions)
      const changed = yield* load({ attributeMapping: file("changed", `${text}\n`) })
      assert.notStrictEqual(changed.versions.mapping, versions.mapping)
      assert.deepStrictEqual({ ...changed.versions, mapping: versions.mapping }, versions)
    }),
  )

  it.effect("names every file that cannot be read with its variable, and why", () =>
    Effect.gen(function* () {
      const missing = join(folder, "missing.json")
      assert.deepStrictEqual(yield* linesOf({ leadRules: missing, payloadTemplate: folder }), [
        `LEAD_RULES_FILE: "${missing}" cannot be read (ENOENT); use the path of a readable file of JSON`,
        `PAYLOAD_TEMPLATE_FILE: "${folder}" cannot be read (EISDIR); use the path of a readable file of JSON`,
      ])
      const none = { normalizerProfile: "", attributeMapping: "two\nlines" }
      assert.deepStrictEqual(yield* linesOf(none), [
        'NORMALIZER_PROFILE_FILE: "" cannot be read (ENOENT); use the path of a readable file of JSON',
        String.raw`ATTRIBUTE_MAPPING_FILE: "two\nlines" cannot be read (ENOENT); use the path of a readable file of JSON`,
      ])
    }),
  )

  it.effect("says on one line where a file stops being JSON", () =>
    Effect.gen(function* () {
      const broken = file("broken", '{\n  "a": 1,\n}\n')
      const empty = file("empty", "")
      const deep = file("deep", `${"[".repeat(600)}${"]".repeat(600)}`)
      const [first, second, third, ...more] = yield* linesOf({
        leadRules: broken,
        normalizerProfile: empty,
        attributeMapping: deep,
      })
      assert.match(first ?? "", /-broken\.json: .*\(line 3 column 1\)$/)
      assert.match(second ?? "", /-empty\.json: Unexpected end of JSON input$/)
      assert.match(third ?? "", /-deep\.json: JSON is nested deeper than 512$/)
      assert.deepStrictEqual(more, [])
    }),
  )

  it.effect("reads whole numbers with all their digits, also where a double holds them", () =>
    Effect.gen(function* () {
      const rulesWith = (condition: string) =>
        file(
          "rules",
          `{ "version": "1", "rules": [{ "field": "area", "reason": "TOO_LARGE", "operator": ${condition} }] }`,
        )
      for (const value of ["1e18", "1000000000000000000", "9007199254740992", "12345678901234567890"]) {
        const flow = yield* load({ leadRules: rulesWith(`"range", "max": ${value}`) })
        const tagOf = (area: string) =>
          decide(flow, {
            payload: Result.getOrThrow(parse(`{ "area": ${area} }`)) as JsonObject,
            deliveryMetadata: { lead_id: 7 },
            nowMs: 0,
          })._tag
        assert.notStrictEqual(tagOf(value), "Rejected", value)
        assert.strictEqual(tagOf(value === "1e18" ? "1000000000000000001" : `${value}.5`), "Rejected", value)
      }
      const attributeMapping = file(
        "mapping",
        '{ "area": { "attribute_type": "range", "is_numeric": true, "values": null, "min": 1e18, "max": 9007199254740992000 } }',
      )
      yield* load({ attributeMapping, payloadTemplate: file("template", '{ "n": 1e18 }') })
    }),
  )

  it.effect("reads what Windows writes, but no other encoding than UTF-8", () =>
    Effect.gen(function* () {
      const text = readFileSync(shippedFiles.attributeMapping, "utf8")
      const marked = file("marked", `\ufeff${text.replaceAll("\n", "\r\n")}`)
      const { mapping } = yield* load({ attributeMapping: marked })
      assert.include(mapping.names, "solar_roof_material")
      const latin = join(folder, "latin.json")
      writeFileSync(latin, text, "latin1")
      assert.deepStrictEqual(yield* linesOf({ attributeMapping: latin }), [
        `${latin}: not UTF-8, the encoding of JSON`,
      ])
    }),
  )

  it.effect("reports duplicate keys of an object, of which JSON.parse keeps only the last", () =>
    Effect.gen(function* () {
      const definition = '{ "attribute_type": "text", "is_numeric": false, "values": null }'
      const attributeMapping = file(
        "twice",
        `{ "a": ${definition}, "b,": ${definition}, "\\u0061": ${definition}, "_c": [1, { "x": "{", "x": ":" }], "d": 5 }`,
      )
      assert.deepStrictEqual(
        (yield* linesOf({ attributeMapping })).map((line) =>
          line.replace(`${attributeMapping}: `, "").slice(0, 59),
        ),
        [
          "a: found a second time, expected every key once",
          "_c.1.x: found a second time, expected every key once",
          "d: found 5, expected an object with the keys attribute_type",
        ].map((line) => line.slice(0, 59)),
      )
    }),
  )

  it.effect(
    "has a warning, behind its file, for what can hardly be meant; services log it, and previews print it",
    () =>
      Effect.gen(function* () {
        const rule = { field: "zipcode", operator: "present" }
        const leadRules = file("rules", { version: "1", rules: [rule, rule] })
        const flow = yield* load({ leadRules })
        const warning = `${leadRules}: rules.1 is redundant: whatever meets rules.0 meets it`
        assert.deepStrictEqual(flow.fileWarnings, [warning])
        assert.deepStrictEqual(printWarnings(flow, { json: false }), [`warning: ${warning}`])
        assert.deepStrictEqual(printWarnings(flow, { json: true }), [JSON.stringify({ warnings: [warning] })])
        const logged: Array<unknown> = []
        const logger = Logger.make(({ logLevel, message }) => logged.push([logLevel, message]))
        yield* Effect.provide(logWarnings(flow), Logger.layer([logger]))
        assert.deepStrictEqual(logged, [["Warn", [warning]]])
        assert.deepStrictEqual(printWarnings(yield* load(), { json: true }), [])
      }),
  )

  it.effect(
    "finds every diagnostic of every file at once, each on a line that begins with its file or its variable",
    () =>
      Effect.gen(function* () {
        const rule = { field: "", operator: "is", reason: "no reason" }
        const leadRules = file("rules", { rules: Array.from({ length: 6 }, () => rule) })
        const normalizerProfile = file("profile", { fields: 1, defaultCountry: "Germany", colour: "red" })
        const definitions = Array.from({ length: 12 }, (_, n) => [
          `a${n}`,
          { attribute_type: "number", is_numeric: "no", values: 1 },
        ])
        const attributeMapping = file("mapping", Object.fromEntries(definitions))
        const payloadTemplate = join(folder, "missing.json")
        const diagnostics = yield* linesOf({
          leadRules,
          normalizerProfile,
          attributeMapping,
          payloadTemplate,
        })
        assert.isAbove(diagnostics.length, 30)
        const begins = (name: string) => diagnostics.filter((line) => line.startsWith(`${name}: `)).length
        const counts = [leadRules, normalizerProfile, attributeMapping, "PAYLOAD_TEMPLATE_FILE"].map(begins)
        assert.isTrue(
          counts.every((count) => count > 0),
          String(counts),
        )
        assert.strictEqual(
          counts.reduce((sum, count) => sum + count),
          diagnostics.length,
        )
        assert.strictEqual(new Set(diagnostics).size, diagnostics.length)
      }),
  )
})
