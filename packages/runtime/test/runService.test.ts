import { assert, describe, it } from "@effect/vitest"
import { TestProcess } from "@lead-gateway/testkit"
import { Effect } from "effect"
import { tmpdir } from "node:os"

const service = new URL("./programs/service.ts", import.meta.url)
const command = new URL("./programs/command.ts", import.meta.url)

const start = (program: URL, env: Readonly<Record<string, string>> = {}) =>
  TestProcess.spawn({ program, cwd: tmpdir(), env })

const messages = (lines: ReadonlyArray<string>) =>
  lines.map((line) => (JSON.parse(line) as { readonly message: string }).message)

describe("a service", { concurrent: true }, () => {
  it.live.each(["SIGTERM", "SIGINT", "SIGHUP"] as const)(
    "is stopped in order by %s, also by two, with code 0",
    (signal) =>
      Effect.gen(function* () {
        const running = yield* start(service)
        yield* running.waitForLine("listening")
        yield* running.kill(signal)
        yield* Effect.sleep("100 millis")
        yield* running.kill(signal)
        assert.deepStrictEqual(yield* running.exited, { code: 0, signal: null })
        assert.deepStrictEqual(messages(running.stdout()), ["starting", "listening", "tidied up", "stopped"])
        assert.deepStrictEqual(running.stderr(), [])
      }),
  )

  it.live("ends although something in it never stops, not much later than SHUTDOWN_TIMEOUT", () =>
    Effect.gen(function* () {
      const running = yield* start(service, { STUCK: "true", SHUTDOWN_TIMEOUT: "100ms" })
      yield* running.waitForLine("listening")
      yield* running.kill("SIGTERM")
      assert.deepStrictEqual(yield* running.exited, { code: 0, signal: null })
      assert.include(messages(running.stdout()), "the stop takes too long; what is left is cut")
    }),
  )

  it.live("logs its settings at the start", () =>
    Effect.gen(function* () {
      const running = yield* start(service, { LOG_LEVEL: "info" })
      const line = yield* running.waitForLine("starting")
      assert.include(line, '"LOG_LEVEL":"info"')
      assert.include(line, '"PORT":"0"')
    }),
  )

  it.live("does not start with wrong settings, and names all of them", () =>
    Effect.gen(function* () {
      const running = yield* start(service, { PORT: "http", BUG: "maybe" })
      assert.deepStrictEqual(yield* running.exited, { code: 1, signal: null })
      assert.lengthOf(running.stderr(), 2)
      assert.match(running.stderr()[0] ?? "", /^PORT: "http" is invalid; use /)
      assert.match(running.stderr()[1] ?? "", /^BUG: "maybe" is invalid; use /)
      assert.deepStrictEqual(running.stdout(), [])
    }),
  )

  it.live("says in one line why it failed, with code 1", () =>
    Effect.gen(function* () {
      const first = yield* start(service)
      const port = /"port":(\d+)/.exec(yield* first.waitForLine("listening"))?.[1] ?? ""
      const second = yield* start(service, { PORT: port })
      assert.deepStrictEqual(yield* second.exited, { code: 1, signal: null })
      assert.deepStrictEqual(second.stderr(), [
        `cannot listen on 127.0.0.1:${port}: another program listens there`,
      ])
    }),
  )

  it.live("shows where a bug is, with code 1", () =>
    Effect.gen(function* () {
      const running = yield* start(service, { BUG: "true" })
      assert.deepStrictEqual(yield* running.exited, { code: 1, signal: null })
      assert.match(running.stderr()[0] ?? "", /^Error at /)
      assert.notInclude(running.stderr().join("\n"), "a bug")
      assert.match(running.stderr().join("\n"), /at .*service\.ts/)
    }),
  )
})

describe("a command", () => {
  it.live("ends by itself with code 0", () =>
    Effect.gen(function* () {
      const running = yield* start(command)
      assert.deepStrictEqual(yield* running.exited, { code: 0, signal: null })
      assert.deepStrictEqual(running.lines(), ["done"])
    }),
  )
})
