import { assert, describe, it } from "@effect/vitest"
import { TestProcess } from "@lead-gateway/testkit"
import { Effect } from "effect"
import { tmpdir } from "node:os"

const start = (program: "service" | "command", env: Readonly<Record<string, string>> = {}) =>
  TestProcess.spawn({
    program: new URL(`./programs/${program}.ts`, import.meta.url),
    cwd: tmpdir(),
    env,
  })

const messages = (lines: ReadonlyArray<string>) =>
  lines.map((line) => (JSON.parse(line) as { readonly message: string }).message)

describe("a service", { concurrent: true }, () => {
  it.live.each(["SIGTERM", "SIGINT"] as const)(
    "is stopped in order by %s, also by two, with code 0",
    (signal) =>
      Effect.gen(function* () {
        const service = yield* start("service")
        yield* service.waitForLine("listening")
        yield* service.kill(signal)
        yield* Effect.sleep("100 millis")
        yield* service.kill(signal)
        assert.deepStrictEqual(yield* service.exited, { code: 0, signal: null })
        assert.deepStrictEqual(messages(service.stdout()), ["starting", "listening", "tidied up", "stopped"])
        assert.deepStrictEqual(service.stderr(), [])
      }),
  )

  it.live("logs its settings at the start", () =>
    Effect.gen(function* () {
      const service = yield* start("service", { LOG_LEVEL: "info" })
      const line = yield* service.waitForLine("starting")
      assert.include(line, '"LOG_LEVEL":"info"')
      assert.include(line, '"PORT":"0"')
    }),
  )

  it.live("does not start with wrong settings, and names all of them", () =>
    Effect.gen(function* () {
      const service = yield* start("service", { PORT: "http", BUG: "maybe" })
      assert.deepStrictEqual(yield* service.exited, { code: 1, signal: null })
      assert.lengthOf(service.stderr(), 2)
      assert.match(service.stderr()[0] ?? "", /^PORT: "http" is not allowed; use /)
      assert.match(service.stderr()[1] ?? "", /^BUG: "maybe" is not allowed; use /)
      assert.deepStrictEqual(service.stdout(), [])
    }),
  )

  it.live("says in one line why it failed, with code 1", () =>
    Effect.gen(function* () {
      const first = yield* start("service")
      const port = /"port":(\d+)/.exec(yield* first.waitForLine("listening"))?.[1] ?? ""
      const second = yield* start("service", { PORT: port })
      assert.deepStrictEqual(yield* second.exited, { code: 1, signal: null })
      assert.deepStrictEqual(second.stderr(), [
        `cannot listen on 127.0.0.1:${port}: another program listens there`,
      ])
    }),
  )

  it.live("shows where a bug is, with code 1", () =>
    Effect.gen(function* () {
      const service = yield* start("service", { BUG: "true" })
      assert.deepStrictEqual(yield* service.exited, { code: 1, signal: null })
      assert.strictEqual(service.stderr()[0], "Error: a bug")
      assert.match(service.stderr().join("\n"), /at .*service\.ts/)
    }),
  )
})

describe("a command", () => {
  it.live("ends by itself with code 0", () =>
    Effect.gen(function* () {
      const command = yield* start("command")
      assert.deepStrictEqual(yield* command.exited, { code: 0, signal: null })
      assert.deepStrictEqual(command.lines(), ["done"])
    }),
  )
})
