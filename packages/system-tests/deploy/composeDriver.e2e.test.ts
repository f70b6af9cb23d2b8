import { assert, describe, it } from "@effect/vitest"
import { scratchFolder } from "@lead-gateway/testkit"
import { Effect } from "effect"
import { spawnSync } from "node:child_process"
import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
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
})
