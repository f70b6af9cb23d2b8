import { assert, describe, it } from "@effect/vitest"
import { scratchFolder } from "@lead-gateway/testkit"
import { Effect } from "effect"
import { spawnSync } from "node:child_process"
import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { pathOf } from "../repository/repository.ts"
import { writeFakeDocker } from "./support/fakeDocker.ts"
import { steps } from "./support/workflows.ts"

/** The script of a step of the workflow `deploy`. */
const scriptOf = (name: string) =>
  steps.find((step) => step.path.endsWith("/deploy.yml") && step.name === name)?.run ?? assert.fail(name)

const deploying = scriptOf("Machines with compose, when the environment has those")
const back = scriptOf("Back to the release before, with compose")

/** A machine with compose, and the steps on it as GitHub's runner starts them. */
const makeMachine = Effect.map(scratchFolder(), (folder) => {
  const docker = writeFakeDocker(folder)
  const output = join(folder, "output")
  const run = (script: string, env: NodeJS.ProcessEnv) => {
    writeFileSync(output, "")
    const { status, stderr } = spawnSync("bash", ["-e", "-c", script], {
      cwd: pathOf("."),
      env: { ...docker, HOME: folder, RUNNER_TEMP: folder, GITHUB_OUTPUT: output, SMOKE: "no", ...env },
      encoding: "utf8",
    })
    return { code: status, stderr, output: readFileSync(output, "utf8") }
  }
  const env = { COMPOSE_ENV: "APIS=1", SSH_KEY: "key", SSH_KNOWN_HOSTS: "hosts", APIS: "1", WORKERS: "1" }
  return {
    deploy: (tag: string) => run(deploying, { ...env, IMAGE_TAG: tag }),
    blueGreen: (tag: string) => run(`deploy/bin/blue-green ${tag}`, env),
    canary: (tag: string) => run(`deploy/bin/canary ${tag} 10`, env),
    back: (before: string) => run(back, { ...env, BEFORE: before }),
    tags: () =>
      readdirSync(join(folder, "containers")).map((name) =>
        readFileSync(join(folder, "containers", name), "utf8")
          .trim()
          .replace(/.*:/, ""),
      ),
  }
})

describe("the workflow deploy, with compose", () => {
  it.effect("notes which release runs, and leads back there when the gate from outside fails", () =>
    Effect.gen(function* () {
      const { back, deploy, tags } = yield* makeMachine
      const first = deploy("1.0.0")
      assert.strictEqual(first.code, 0, first.stderr)
      assert.strictEqual(first.output, "before=\n")
      const next = deploy("1.1.0")
      assert.strictEqual(next.code, 0, next.stderr)
      assert.strictEqual(next.output, "before=1.0.0\n")
      assert.deepStrictEqual(tags(), ["1.1.0", "1.1.0"])
      const again = back("1.0.0")
      assert.strictEqual(again.code, 0, again.stderr)
      assert.deepStrictEqual(tags(), ["1.0.0", "1.0.0"])
    }).pipe(Effect.scoped),
  )

  it.effect("leads back to what had the requests, not to what blue-green has kept", () =>
    Effect.gen(function* () {
      const { blueGreen, deploy } = yield* makeMachine
      deploy("1.0.0")
      const kept = blueGreen("1.1.0")
      assert.strictEqual(kept.code, 0, kept.stderr)
      assert.strictEqual(deploy("1.2.0").output, "before=1.1.0\n")
    }).pipe(Effect.scoped),
  )

  it.effect("leaves the choice to people where none or several had requests before", () =>
    Effect.gen(function* () {
      const { back, canary, deploy, tags } = yield* makeMachine
      deploy("1.0.0")
      const shared = canary("1.1.0")
      assert.strictEqual(shared.code, 0, shared.stderr)
      assert.strictEqual(deploy("1.2.0").output, "before=1.0.0 1.1.0\n")
      const before = tags()
      for (const [ran, message] of [
        ["", "there is no release before"],
        ["1.0.0 1.1.0", "several releases had requests before: 1.0.0 1.1.0"],
      ] as const) {
        const { code, stderr } = back(ran)
        assert.strictEqual(code, 1)
        assert.include(stderr, message)
      }
      assert.deepStrictEqual(tags(), before)
    }).pipe(Effect.scoped),
  )
})
