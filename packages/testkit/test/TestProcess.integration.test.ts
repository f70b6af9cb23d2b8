import { afterAll, assert, describe, it } from "@effect/vitest"
import { rm, writeFile } from "node:fs/promises"
import { mkdtempSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect, Exit, Scope } from "effect"
import { TestProcess } from "@lead-gateway/testkit"

const folder = mkdtempSync(join(tmpdir(), "lead-gateway-test-process-"))
afterAll(() => rm(folder, { recursive: true }))

/** Writes a program and starts it. */
const spawn = (source: string, options: Partial<Parameters<typeof TestProcess.spawn>[0]> = {}) =>
  Effect.gen(function* () {
    const program = join(folder, `${crypto.randomUUID()}.mts`)
    yield* Effect.promise(() => writeFile(program, source))
    return yield* TestProcess.spawn({ program, ...options })
  })

const isRunning = (pid: number) => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

const staysUp = "setInterval(() => undefined, 1000)"

describe("TestProcess", () => {
  it.effect("runs TypeScript, with arguments and exactly the environment that is given", () =>
    Effect.gen(function* () {
      process.env.TEST_PROCESS_SECRET = "not for the program"
      const source = `
        const [word]: Array<string> = process.argv.slice(2)
        console.log(word, process.env.COLOUR, process.env.TEST_PROCESS_SECRET)`
      const program = yield* spawn(source, { args: ["hello"], env: { COLOUR: "green" } })
      assert.deepStrictEqual(yield* program.exited, { code: 0, signal: null })
      assert.deepStrictEqual(program.stdout(), ["hello green undefined"])
    }),
  )

  it.effect("returns how the program ended and keeps both outputs apart", () =>
    Effect.gen(function* () {
      const program = yield* spawn('console.log("out"); console.error("err"); process.exitCode = 3')
      assert.deepStrictEqual(yield* program.exited, { code: 3, signal: null })
      assert.deepStrictEqual(program.stdout(), ["out"])
      assert.deepStrictEqual(program.stderr(), ["err"])
      assert.sameMembers([...program.lines()], ["out", "err"])
    }),
  )

  it.effect("waits for a line that is still to come and finds one that is there already", () =>
    Effect.gen(function* () {
      const program = yield* spawn(`setTimeout(() => console.error("ready on 4711"), 50); ${staysUp}`)
      assert.strictEqual(yield* program.waitForLine(/ready on \d+$/g), "ready on 4711")
      assert.strictEqual(yield* program.waitForLine("ready"), "ready on 4711")
    }),
  )

  it.effect("stops waiting for a line when the program ends, and shows its last lines", () =>
    Effect.gen(function* () {
      const program = yield* spawn('console.error("no database"); process.exitCode = 1')
      const error = yield* Effect.flip(program.waitForLine("ready"))
      assert.strictEqual(error.why, "it ended with code 1")
      assert.include(error.message, "no database")
    }),
  )

  it.effect("stops waiting for a line when the time is over", () =>
    Effect.gen(function* () {
      const program = yield* spawn(staysUp)
      const error = yield* Effect.flip(program.waitForLine("ready", { within: "50 millis" }))
      assert.strictEqual(error.why, "not within 50 ms")
    }),
  )

  it.effect("waits until an address answers with the status that is asked for", () =>
    Effect.gen(function* () {
      const source = `
        import { createServer } from "node:http"
        let asked = 0
        const server = createServer((_, response) => response.writeHead(++asked < 3 ? 503 : 204).end())
        server.listen(0, "127.0.0.1", () => console.log("port " + server.address().port))`
      const program = yield* spawn(source)
      const port = (yield* program.waitForLine("port")).split(" ")[1]
      yield* program.waitForHttp(`http://127.0.0.1:${port}/`, 204)
      const error = yield* Effect.flip(
        program.waitForHttp(`http://127.0.0.1:${port}/`, 200, { within: "200 millis" }),
      )
      assert.strictEqual(error.why, "not within 200 ms")
    }),
  )

  it.effect("stops waiting for an answer when the program ends", () =>
    Effect.gen(function* () {
      const program = yield* spawn("process.exitCode = 2")
      const error = yield* Effect.flip(program.waitForHttp("http://127.0.0.1:1/"))
      assert.strictEqual(error.why, "it ended with code 2")
    }),
  )

  it.effect("sends signals", () =>
    Effect.gen(function* () {
      const program = yield* spawn(
        `process.on("SIGTERM", () => { console.log("bye"); process.exit(7) }); console.log("up"); ${staysUp}`,
      )
      yield* program.waitForLine("up")
      yield* program.kill("SIGTERM")
      assert.deepStrictEqual(yield* program.exited, { code: 7, signal: null })
      yield* program.kill("SIGTERM")
    }),
  )

  it.effect("signals a process together with its children, as Ctrl-C does", () =>
    Effect.gen(function* () {
      const source = `
        import { spawn } from "node:child_process"
        process.on("SIGINT", () => undefined)
        const child = spawn("sleep", ["60"])
        child.on("exit", (_, signal) => { console.log("child", signal); process.exit(0) })
        console.log("up")`
      const program = yield* spawn(source, { ownGroup: true })
      yield* program.waitForLine("up")
      yield* program.killGroup("SIGINT")
      yield* program.waitForLine("child SIGINT")
      assert.deepStrictEqual(yield* program.exited, { code: 0, signal: null })
    }),
  )

  it.effect("kills at the end of the scope what will not go by itself", () =>
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const started = spawn(`process.on("SIGTERM", () => undefined); console.log("up"); ${staysUp}`)
      const program = yield* Scope.provide(started, scope)
      yield* program.waitForLine("up")
      yield* Scope.close(scope, Exit.void)
      assert.isFalse(isRunning(program.pid))
      assert.deepStrictEqual(yield* program.exited, { code: null, signal: "SIGKILL" })
    }),
  )
})
