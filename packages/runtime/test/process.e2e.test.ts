import { assert, describe, it } from "@effect/vitest"
import { spawnSync } from "node:child_process"

/** Runs a program that logs to its real standard output, through a shell command. */
const run = (body: string, command: string) => {
  const program = `
    import { Effect } from "effect"
    import { Telemetry } from "@lead-gateway/runtime"
    const log = Telemetry.layer({ service: "api", level: "info", format: "text" })
    ${body}`
  return spawnSync("sh", ["-c", command], {
    cwd: new URL("..", import.meta.url),
    encoding: "utf8",
    env: { ...process.env, NODE: process.execPath, PROGRAM: program },
  })
}

const node = '"$NODE" --conditions=@lead-gateway/source --input-type=module-typescript --eval "$PROGRAM"'

describe("a process", () => {
  it("that exits at once has written its last lines", () => {
    const { stdout } = run(
      `Effect.runSync(Effect.gen(function* () {
        for (let i = 1; i <= 20000; i++) yield* Effect.logInfo("line " + i)
        process.exit(0)
      }).pipe(Effect.provide(log)))`,
      node,
    )
    assert.lengthOf(stdout.trimEnd().split("\n"), 20000)
    assert.match(stdout, /line 20000\n$/)
  })

  it("that dies of an exception has written its last lines", () => {
    const { stdout, status } = run(
      `Effect.runFork(Effect.andThen(Effect.logInfo("last words"), Effect.never).pipe(Effect.provide(log)))
      setImmediate(() => { Effect.runFork(Effect.never); throw new Error("boom") })`,
      node,
    )
    assert.notStrictEqual(status, 0)
    assert.match(stdout, /last words\n$/)
  })

  it("goes on when nobody reads its log any more", () => {
    const { stderr, status } = run(
      `await Effect.runPromise(Effect.gen(function* () {
        for (let i = 1; i <= 300; i++) {
          yield* Effect.logInfo("x".repeat(1000))
          yield* Effect.sleep("1 millis")
        }
        process.stderr.write("still here")
      }).pipe(Effect.provide(log)))`,
      `{ ${node}; echo " $?" >&2; } | head -n 1 > /dev/null`,
    )
    assert.strictEqual(status, 0)
    assert.strictEqual(stderr, "still here 0\n")
  })
})
