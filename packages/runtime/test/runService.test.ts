import { assert, describe, it } from "@effect/vitest"
import { TestProcess } from "@lead-gateway/testkit"
import { Duration, Effect } from "effect"
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
        assert.deepStrictEqual(messages(running.stdout()), [
          "starting",
          "listening",
          "stopping",
          "tidied up",
          "stopped",
        ])
        assert.include(running.stdout()[2], `"cause":"${signal}"`)
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

/** A busy machine is late to notice. */
const spareMs = 500

/** What ends a service, with the cause that is logged and whether it was asked for. */
const ways = [
  { name: "SIGTERM", signal: "SIGTERM", cause: "SIGTERM", code: 0 },
  { name: "SIGINT", signal: "SIGINT", cause: "SIGINT", code: 0 },
  { name: "SIGHUP", signal: "SIGHUP", cause: "SIGHUP", code: 0 },
  { name: "a failure of its program", end: "fails", cause: "the dependency is gone", code: 1 },
  { name: "a defect", end: "dies", cause: "Error at ", code: 1 },
  { name: "a part that cannot go on", end: "part", cause: "a part cannot go on", code: 1 },
  { name: "an exception nobody caught", end: "throws", cause: "uncaught exception: TypeError at ", code: 1 },
  {
    name: "a promise rejected unseen",
    end: "rejects",
    cause: "unhandled rejection: RangeError at ",
    code: 1,
  },
] as const

/** How the rest of the service behaves when it is to stop. */
const tempers = [
  { name: "stops in order", env: {}, withinMs: 5_000 },
  {
    name: "cannot be interrupted and has a finalizer that never ends",
    env: { STUCK: "true", SPINNING: "true" },
    withinMs: 5_000,
  },
] as const

describe("every way to stop", { concurrent: true }, () => {
  for (const way of ways) {
    for (const temper of tempers) {
      it.live(`${way.name} ends a service that ${temper.name} in time, with its cause and its code`, () =>
        Effect.gen(function* () {
          const running = yield* start(service, {
            ...temper.env,
            END: "end" in way ? way.end : "never",
            SHUTDOWN_TIMEOUT: "0s",
          })
          yield* running.waitForLine("listening")
          if ("signal" in way) yield* running.kill(way.signal)
          const [took, exited] = yield* Effect.timed(running.exited)
          assert.deepStrictEqual(exited, { code: way.code, signal: null })
          assert.isBelow(Duration.toMillis(took), temper.withinMs + spareMs)
          const stopping = running.stdout().filter((line) => line.includes('"message":"stopping"'))
          assert.lengthOf(stopping, 1)
          assert.include(stopping[0], `"cause":"${way.cause}`)
          assert.include(stopping[0], way.code === 0 ? '"level":"info"' : '"level":"error"')
          assert.notInclude(running.lines().join("\n"), "jane@example.com")
        }),
      )
    }
  }

  it.live("a second cause changes neither the code nor the limit", () =>
    Effect.gen(function* () {
      const running = yield* start(service, { END: "fails", STUCK: "true", SHUTDOWN_TIMEOUT: "100ms" })
      yield* running.waitForLine("stopping")
      const waits = Effect.forEach([1, 2], () =>
        Effect.andThen(Effect.sleep("1 second"), running.kill("SIGTERM")),
      )
      const [took, exited] = yield* Effect.timed(Effect.andThen(Effect.ignore(waits), running.exited))
      assert.deepStrictEqual(exited, { code: 1, signal: null })
      assert.isBelow(Duration.toMillis(took), 5_100 + spareMs)
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
