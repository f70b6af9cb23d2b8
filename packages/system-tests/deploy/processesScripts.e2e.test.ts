import { assert, describe, it } from "@effect/vitest"
import { scratchFolder } from "@lead-gateway/testkit"
import { Effect } from "effect"
import { spawn } from "node:child_process"
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { setTimeout } from "node:timers/promises"
import { pathOf } from "../repository/repository.ts"

/** A release that does nothing, and says when its api begins. */
const program = `#!/bin/sh
case "$1" in
  api | worker) touch "begun-$1"; exec sleep 300 ;;
esac
`

/** A machine with two releases, and an nginx that accepts everything and has no processes. */
const makeMachine = Effect.gen(function* () {
  const folder = yield* scratchFolder()
  const at = (name: string) => join(folder, name)
  for (const tag of ["1.0.0", "1.1.0"]) {
    mkdirSync(at(`releases/${tag}`), { recursive: true })
    writeFileSync(at(`releases/${tag}/lead-gateway`), program, { mode: 0o755 })
  }
  mkdirSync(at("state"))
  writeFileSync(at("api.conf"), "server 127.0.0.1:9;\n")
  const master = spawn("sleep", ["300"], { stdio: "ignore" })
  writeFileSync(at("nginx.pid"), String(master.pid))
  // Above the ports of other tests, below the ephemeral ones.
  const port = 30_100 + 50 * Math.floor(Math.random() * 50) + 40
  const running = () =>
    readdirSync("/proc").filter((pid) => {
      try {
        const folderOf = /^\d+$/.test(pid) ? readFileSync(`/proc/${pid}/environ`, "utf8") : ""
        return folderOf.includes(`STATE=${at("state")}\0`)
      } catch {
        return false
      }
    })
  yield* Effect.addFinalizer(() =>
    Effect.sync(() => {
      master.kill()
      for (const pid of running()) process.kill(Number(pid), "SIGKILL")
    }),
  )
  return {
    at,
    port,
    running,
    state: () => readdirSync(at("state")).toSorted(),
    /** Runs it as a terminal does, in a group of its own, which gets Ctrl-C when the file is there, and again and again. */
    deploy: async (tag: string, more: NodeJS.ProcessEnv = {}, endedAt?: string) => {
      const child = spawn(pathOf("deploy/bin/deploy"), [tag], {
        detached: true,
        stdio: ["ignore", "pipe", "pipe"],
        env: {
          PATH: process.env["PATH"],
          RUN_BY: "processes",
          RELEASES: at("releases"),
          STATE: at("state"),
          UPSTREAMS: at("api.conf"),
          NGINX_PROGRAM: "true",
          NGINX_PID: at("nginx.pid"),
          PORTS_OF_APIS: `${port}-${port + 4}`,
          PORTS_OF_WORKERS: `${port + 5}-${port + 9}`,
          APIS: "1",
          WORKERS: "1",
          ...more,
        },
      })
      let printed = ""
      for (const stream of [child.stdout, child.stderr])
        stream.on("data", (text) => (printed += String(text)))
      const ended = new Promise<number | null>((resolve) => child.on("close", resolve))
      if (endedAt !== undefined) {
        while (!existsSync(endedAt) && child.exitCode === null) await setTimeout(1)
        while (child.exitCode === null) {
          process.kill(-Number(child.pid), "SIGINT")
          await setTimeout(50)
        }
      }
      return { code: await ended, printed }
    },
  }
})

describe("the scripts with processes", () => {
  it.effect("lose none that starts while Ctrl-C is pressed, once or often, and stop them by SIGTERM", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const machine = yield* makeMachine
        const first = yield* Effect.promise(() => machine.deploy("1.0.0"))
        assert.strictEqual(first.code, 0, first.printed)
        const before = machine.running()
        const files = machine.state().filter((name) => name.endsWith(".process"))
        assert.strictEqual(before.length, 2)
        for (const service of ["api", "worker"]) {
          const { code, printed } = yield* Effect.promise(() =>
            // One that ignores SIGTERM would be waited for.
            machine.deploy("1.1.0", { STOP_WITHIN: "60" }, machine.at(`releases/1.1.0/begun-${service}`)),
          )
          assert.strictEqual(code, 1, printed)
          assert.include(printed, "1.1.0 was rolled back; 1.0.0 runs as before")
          assert.deepStrictEqual(machine.running(), before)
          assert.deepStrictEqual(
            machine.state().filter((name) => name.endsWith(".process")),
            files,
          )
        }
      }),
    ),
  )

  it.effect("forget those that have ended, and put aside a log that has grown", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const machine = yield* makeMachine
        const { port } = machine
        // Its number is another process' by now.
        writeFileSync(machine.at("state/api-1-1.process"), `api-1-1 ${process.pid} 1 api 1.0.0 ${port}\n`)
        writeFileSync(machine.at(`state/api-${port}.log`), "before\n")
        writeFileSync(machine.at(`state/worker-${port + 5}.log`), "before\n".repeat(5))
        const { code, printed } = yield* Effect.promise(() => machine.deploy("1.0.0", { LOG_BYTES: "20" }))
        assert.strictEqual(code, 0, printed)
        assert.match(
          machine.state().join(" "),
          new RegExp(
            `^api-${port}-\\d+\\.process api-${port}\\.log lock worker-${port + 5}-\\d+\\.process worker-${port + 5}\\.log worker-${port + 5}\\.log\\.1$`,
          ),
        )
      }),
    ),
  )
})
