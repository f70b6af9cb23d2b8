import { assert, describe, it } from "@effect/vitest"
import { scratchFolder } from "@lead-gateway/testkit"
import { Effect } from "effect"
import { spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { setTimeout } from "node:timers/promises"
import { pathOf } from "../repository/repository.ts"
import { writeFakeDocker } from "./support/fakeDocker.ts"

const driver = pathOf("deploy/bin/lib/compose.sh")

/** What the driver makes of the environment and of files of settings, in the folder of an operator. */
const settingsIn = (folder: string, env: NodeJS.ProcessEnv) =>
  spawnSync(
    "bash",
    ["-euc", `set -o pipefail; . "$0"; echo "$COMPOSE_FILE $COMPOSE_PROJECT_NAME $REGISTRY"`, driver],
    {
      cwd: folder,
      env: { PATH: process.env["PATH"], ...env },
      encoding: "utf8",
    },
  ).stdout.trim()

/** A host with a Docker of the test, on which `deploy` runs as the leader of a group of processes. */
const makeHost = Effect.map(scratchFolder(), (folder) => {
  const env = writeFakeDocker(folder)
  const file = (name: string) => join(folder, name)
  return {
    file,
    containers: () =>
      readdirSync(file("containers")).map((name) => readFileSync(file(`containers/${name}`), "utf8")),
    start: (tag: string, more: NodeJS.ProcessEnv = {}) => {
      const child = spawn(pathOf("deploy/bin/deploy"), [tag], {
        cwd: folder,
        detached: true,
        env: { ...env, ...more },
        stdio: ["ignore", "pipe", "pipe"],
      })
      let printed = ""
      for (const stream of [child.stdout, child.stderr])
        stream.on("data", (text) => (printed += String(text)))
      const ended = once(child, "close").then(([code]) => ({ code: code as number | null, printed }))
      return { child, ended }
    },
  }
})

describe("deploy/bin/lib/compose.sh", () => {
  it.effect("takes the files that .env or COMPOSE_ENV_FILES name, as Compose does, before its own", () =>
    Effect.gen(function* () {
      const folder = yield* scratchFolder()
      const production = "docker/compose.production.yaml"
      assert.strictEqual(settingsIn(folder, {}), `${production} lead-gateway lead-gateway`)
      const both = `${production}:docker/compose.high-availability.yaml`
      writeFileSync(join(folder, ".env"), `LOG_LEVEL=info\nCOMPOSE_FILE=none\nCOMPOSE_FILE="${both}"\n`)
      assert.strictEqual(settingsIn(folder, {}), `${both} lead-gateway lead-gateway`)
      assert.strictEqual(settingsIn(folder, { COMPOSE_FILE: "own" }), "own lead-gateway lead-gateway")
      writeFileSync(join(folder, "one"), "COMPOSE_PROJECT_NAME=leads\nCOMPOSE_FILE=first")
      writeFileSync(join(folder, "two"), "  export REGISTRY='ghcr.io/example'\nCOMPOSE_FILE=second")
      assert.strictEqual(
        settingsIn(folder, { COMPOSE_ENV_FILES: "one,two,absent" }),
        "second leads ghcr.io/example",
      )
    }).pipe(Effect.scoped),
  )

  it.effect("starts and migrates nothing of a release whose images are not there, also with PULL=no", () =>
    Effect.gen(function* () {
      const folder = yield* scratchFolder()
      const env = writeFakeDocker(folder)
      const run = (...args: ReadonlyArray<string>) =>
        spawnSync(pathOf(`deploy/bin/${args[0]}`), args.slice(1), {
          env: { ...env, PULL: "no", FAKE_MISSING: "1.0.1" },
          encoding: "utf8",
          cwd: folder,
        })
      for (const args of [
        ["deploy", "1.0.1"],
        ["migrate", "-", "1.0.1"],
      ]) {
        const { status, stderr } = run(...args)
        assert.strictEqual(status, 1, stderr)
        assert.include(stderr, "No such image: registry.example/leads/lead-gateway-api:1.0.1")
        assert.include(stderr, "release 1.0.1 is not there")
      }
      assert.deepStrictEqual(readdirSync(join(folder, "containers")), [])
      const calls = readFileSync(join(folder, "calls"), "utf8")
      assert.notMatch(calls, /compose (?:pull|run)/)
      assert.strictEqual(run("deploy", "1.0.0").status, 0)
    }).pipe(Effect.scoped),
  )

  it.effect("loses no container that Docker makes when Ctrl-C is pressed, once or often", () =>
    Effect.gen(function* () {
      const { containers, file, start } = yield* makeHost
      const before = yield* Effect.promise(async () => {
        assert.strictEqual((await start("1.0.0").ended).code, 0)
        return containers()
      })
      const deploying = start("1.1.0", { FAKE_SLOW: "yes" })
      yield* Effect.promise(async () => {
        while (!existsSync(file("starting")) && deploying.child.exitCode === null) await setTimeout(5)
        // As a terminal does: to the whole group, Docker's client included.
        process.kill(-Number(deploying.child.pid), "SIGINT")
        // A script that waits for nobody has ended by then, and Docker goes on.
        await Promise.race([deploying.ended, setTimeout(300)])
        writeFileSync(file("go"), "")
        // Impatient people do it again.
        const again = setInterval(() => process.kill(-Number(deploying.child.pid), "SIGINT"), 50)
        deploying.child.once("exit", () => clearInterval(again))
        const { code, printed } = await deploying.ended
        while (!existsSync(file("made"))) await setTimeout(5)
        assert.strictEqual(code, 1, printed)
        assert.include(printed, "lead-gateway-api-3 has stopped")
        assert.include(printed, "1.1.0 was rolled back; 1.0.0 runs as before")
      })
      assert.deepStrictEqual(containers(), before)
    }).pipe(Effect.scoped),
  )

  it.effect("leaves none that was made and cannot start", () =>
    Effect.gen(function* () {
      const { containers, start } = yield* makeHost
      yield* Effect.promise(() => start("1.0.0").ended)
      const before = containers()
      const { code, printed } = yield* Effect.promise(
        () => start("1.1.0", { FAKE_UNSTARTABLE: "1.1.0" }).ended,
      )
      assert.strictEqual(code, 1, printed)
      assert.include(printed, "no space left on device")
      assert.include(printed, "api of 1.1.0 does not start")
      assert.deepStrictEqual(containers(), before)
    }).pipe(Effect.scoped),
  )
})
