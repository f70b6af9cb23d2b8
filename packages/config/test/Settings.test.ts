import { assert, describe, it } from "@effect/vitest"
import { Effect, Option, Redacted, Result } from "effect"
import { Kind, Settings } from "@lead-gateway/config"
import { mkdirSync } from "node:fs"
import { join } from "node:path"
import { directory, load, diagnostics } from "./world.ts"

const port = Settings.withDefault("PORT", Kind.port, "Port", 80)
const name = Settings.required("NAME", Kind.text, "Name")
const debug = Settings.optional("DEBUG", Kind.boolean, "Debug")
const key = Settings.optional("KEY", Kind.secret, "Key")
const settings = Settings.all({ port, name, debug, key })

const keyOf = (env: Record<string, string>, files?: Record<string, string>) =>
  Effect.map(load(key, env, files), ({ value }) => Option.getOrUndefined(Option.map(value, Redacted.value)))

describe("reading", () => {
  it.effect("gives typed values, defaults where nothing is set", () =>
    Effect.gen(function* () {
      const { value } = yield* load(settings, { NAME: " x " })
      assert.deepStrictEqual(value, { port: 80, name: "x", debug: Option.none(), key: Option.none() })
    }),
  )

  it.effect("counts an empty variable as absent", () =>
    Effect.gen(function* () {
      const { value } = yield* load(settings, { NAME: "x", PORT: "", DEBUG: "  ", KEY: "" })
      assert.deepStrictEqual(value, { port: 80, name: "x", debug: Option.none(), key: Option.none() })
      assert.deepStrictEqual(yield* diagnostics(name, { NAME: "" }), [
        "NAME: is missing; use a text of at most 200 characters",
      ])
    }),
  )

  it.effect("reports every diagnostic at once, each on one line, the same one once", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(
        load(Settings.all({ settings, again: port }), { PORT: "80a", DEBUG: "maybe" }),
      )
      assert.strictEqual(
        error.message,
        [
          'PORT: "80a" is invalid; use a whole number from 1 to 65535',
          "NAME: is missing; use a text of at most 200 characters",
          'DEBUG: "maybe" is invalid; use true or false',
        ].join("\n"),
      )
    }),
  )

  it.effect("keeps a diagnostic on its line, whatever the value holds", () =>
    Effect.gen(function* () {
      const [line = ""] = yield* diagnostics(port, { PORT: `1\n2\u001b[31m\u009b\u2028${"x".repeat(1000)}` })
      assert.match(line, /^[\x20-\x7e…]+$/)
      assert.isBelow(line.length, 250)
    }),
  )

  it.effect("checks settings against each other beside all other diagnostics", () =>
    Effect.gen(function* () {
      const odd = Settings.refine(port, (port) =>
        port % 2 === 0 ? Result.fail([`PORT: "${port}" is even`]) : Result.succeed(port),
      )
      assert.deepStrictEqual(yield* diagnostics(Settings.all({ odd, debug }), { DEBUG: "2" }), [
        'PORT: "80" is even',
        'DEBUG: "2" is invalid; use true or false',
      ])
    }),
  )
})

describe("a secret", () => {
  it.effect("is never in a diagnostic", () =>
    Effect.gen(function* () {
      const token = Settings.required("TOKEN", Kind.token, "Token")
      assert.deepStrictEqual(yield* diagnostics(token, { TOKEN: "hünter2" }), [
        "TOKEN: (secret) is invalid; use visible ASCII characters",
      ])
    }),
  )

  it.effect("may come from a file, whose last line break does not count", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* keyOf({ KEY_FILE: "key" }, { key: " a\nb \r\n" }), " a\nb ")
    }),
  )

  it.effect("that is in a file that cannot be read names the variable and the path", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* diagnostics(key, { KEY_FILE: "/no/such/file" }), [
        'KEY_FILE: "/no/such/file" cannot be read (ENOENT)',
      ])
      assert.deepStrictEqual(yield* diagnostics(key, { KEY_FILE: "." }), [
        'KEY_FILE: "." cannot be read (EISDIR)',
      ])
      assert.deepStrictEqual(yield* diagnostics(key, { KEY_FILE: "key" }, { key: "\n" }), [
        'KEY_FILE: "key" is empty; it must contain the value of KEY',
      ])
    }),
  )

  it.effect("must not be given twice", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* diagnostics(key, { KEY: "a", KEY_FILE: "key" }, { key: "a" }), [
        "KEY_FILE: is set beside KEY; set only one of the two",
      ])
      assert.strictEqual(yield* keyOf({ KEY: "", KEY_FILE: "key" }, { key: "a" }), "a")
      assert.strictEqual(yield* keyOf({ KEY: "b", KEY_FILE: "" }, { key: "a" }), "b")
    }),
  )

  it.effect("that is no secret has no file form", () =>
    Effect.gen(function* () {
      const { value } = yield* load(port, { PORT_FILE: "port" }, { port: "81" })
      assert.strictEqual(value, 80)
    }),
  )
})

describe(".env", () => {
  it.effect("is read with quotes and comments, and the environment wins over it", () =>
    Effect.gen(function* () {
      const env = `# people\nexport NAME="a b" # said\nPORT=81\nDEBUG='yes'\nKEY="line 1\nline 2"\n`
      const { value } = yield* load(settings, { PORT: "82" }, { ".env": env })
      assert.deepStrictEqual(
        { ...value, key: Option.map(value.key, Redacted.value) },
        { port: 82, name: "a b", debug: Option.some(true), key: Option.some("line 1\nline 2") },
      )
    }),
  )

  it.effect("gives way to an empty variable of the environment", () =>
    Effect.gen(function* () {
      const { value } = yield* load(port, { PORT: "" }, { ".env": "PORT=81" })
      assert.strictEqual(value, 80)
    }),
  )

  it.effect("gives way to either form of a secret in the environment", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* keyOf({ KEY_FILE: "key" }, { ".env": "KEY=dev", key: "real" }), "real")
      assert.strictEqual(yield* keyOf({ KEY: "real" }, { ".env": "KEY_FILE=key", key: "dev" }), "real")
      assert.strictEqual(yield* keyOf({}, { ".env": "KEY_FILE=key", key: "dev" }), "dev")
    }),
  )

  it.effect("is a diagnostic when it is there and cannot be read", () =>
    Effect.gen(function* () {
      const path = yield* directory()
      mkdirSync(join(path, ".env"))
      const error = yield* Effect.flip(Settings.load(port, { env: { PORT: "x" }, directory: path }))
      assert.deepStrictEqual(error.diagnostics, [
        ".env: cannot be read (EISDIR); make it readable or remove it",
        'PORT: "x" is invalid; use a whole number from 1 to 65535',
      ])
    }),
  )
})

describe("a diagnostic", () => {
  it.effect("names the file that it is in, where that is not the environment", () =>
    Effect.gen(function* () {
      const token = Settings.required("TOKEN", Kind.token, "Token")
      const odd = Settings.refine(port, (port) => Result.fail([`PORT: "${port}" is even`]))
      const files = { ".env": "DEBUG=2\nPORT=82\nTOKEN_FILE=token", token: "h\u00fcnter2" }
      assert.deepStrictEqual(yield* diagnostics(Settings.all({ odd, debug, token, name }), {}, files), [
        '.env: PORT: "82" is even',
        '.env: DEBUG: "2" is invalid; use true or false',
        '.env: TOKEN_FILE: the content of "token" is invalid; use visible ASCII characters',
        "NAME: is missing; use a text of at most 200 characters",
      ])
      assert.deepStrictEqual(yield* diagnostics(debug, { DEBUG: "3" }, files), [
        'DEBUG: "3" is invalid; use true or false',
      ])
    }),
  )

  it.effect("is reported together with all others, ten of them from three places", () =>
    Effect.gen(function* () {
      const numbers = ["ONE", "TWO", "THREE", "FOUR", "FIVE"].map((name) => [
        name,
        Settings.withDefault(name, Kind.port, name, 1),
      ])
      const secrets = ["SIX", "SEVEN"].map((name) => [name, Settings.optional(name, Kind.token, name)])
      const words = ["EIGHT", "NINE", "TEN"].map((name) => [name, Settings.required(name, Kind.text, name)])
      const ten = Settings.all(
        Object.fromEntries([...numbers, ...secrets, ...words]) as Record<string, Settings.Settings<unknown>>,
      )
      const lines = yield* diagnostics(
        ten,
        { ONE: "0", TWO: "x", SIX: "\u00fc", EIGHT: "x".repeat(201) },
        { ".env": "THREE=-1\nFOUR=a\nFIVE=1.5\nSEVEN_FILE=seven\nNINE=", seven: "\u00fc" },
      )
      assert.deepStrictEqual(
        lines.map((line) =>
          line
            .split(":")
            .slice(0, line.startsWith(".env") ? 2 : 1)
            .join(":"),
        ),
        [
          "ONE",
          "TWO",
          ".env: THREE",
          ".env: FOUR",
          ".env: FIVE",
          "SIX",
          ".env: SEVEN_FILE",
          "EIGHT",
          ".env: NINE",
          "TEN",
        ],
      )
    }),
  )
})

describe("the summary", () => {
  it.effect("shows what holds, by variable, without secrets", () =>
    Effect.gen(function* () {
      const url = Settings.required("URL", Kind.httpUrl, "URL")
      const { summary } = yield* load(Settings.all({ settings, url }), {
        NAME: "x",
        KEY: "hunter2",
        URL: "https://x.example/leads?key=hunter2",
      })
      assert.deepStrictEqual(summary, {
        PORT: "80",
        NAME: "x",
        KEY: "(set)",
        URL: "https://x.example/leads?…",
      })
    }),
  )
})
