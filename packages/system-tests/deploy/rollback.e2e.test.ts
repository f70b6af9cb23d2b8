import { assert, describe, it } from "@effect/vitest"
import { scratchFolder } from "@lead-gateway/testkit"
import { Effect } from "effect"
import { spawn } from "node:child_process"
import { type Circumstances, makeHost } from "./support/fakeDriver.ts"

const withHost = (test: (host: ReturnType<typeof makeHost>) => Promise<void>) =>
  Effect.scoped(Effect.flatMap(scratchFolder(), (folder) => Effect.promise(() => test(makeHost(folder)))))

type Host = ReturnType<typeof makeHost>

/** Runs a script, which must end with the code. */
const expectCode = async (host: Host, code: number, call: string, circumstances: Circumstances = {}) => {
  const [script = "", ...args] = call.split(" ")
  const ran = await host.run(script, args, circumstances)
  assert.strictEqual(ran.code, code, `${call}: ${ran.printed}`)
  return ran.printed
}

const succeed = async (host: Host, ...calls: ReadonlyArray<string>) => {
  for (const call of calls) await expectCode(host, 0, call)
}

const oneOf = (tag: string) => ({ [`api ${tag}`]: 1, [`worker ${tag}`]: 1 })
const twoOf = (tag: string) => ({ [`api ${tag}`]: 2, [`worker ${tag}`]: 2 })

describe("what has requests", () => {
  it.effect("is what nginx names: a release that blue-green keeps gets none by other deployments", () =>
    withHost(async (host) => {
      assert.strictEqual(await expectCode(host, 0, "live"), "")
      await succeed(host, "deploy 1.2.3", "blue-green 1.3.0", "blue-green 1.2.3")
      assert.strictEqual(await expectCode(host, 0, "live"), "1.2.3 100\n")
      await succeed(host, "canary 1.3.1 5")
      assert.deepStrictEqual(host.weights(), { "1.2.3": [19, 19], "1.3.1": [2] })
      assert.strictEqual(await expectCode(host, 0, "live"), "1.2.3 95\n1.3.1 5\n")
      await succeed(host, "canary 1.3.1 0")
      assert.deepStrictEqual(host.weights(), { "1.2.3": [1, 1] })
      assert.deepStrictEqual(host.counts(), { ...twoOf("1.2.3"), ...twoOf("1.3.0") })
      await succeed(host, "deploy 1.3.1")
      assert.deepStrictEqual(host.weights(), { "1.3.1": [1, 1] })
      assert.deepStrictEqual(host.counts(), twoOf("1.3.1"))
    }),
  )

  it.effect("is as many of the next release, however many are kept", () =>
    withHost(async (host) => {
      await succeed(host, "deploy 1.0.0", "blue-green 1.1.0", "blue-green 1.2.0")
      const printed = await expectCode(host, 0, "blue-green 1.3.0")
      assert.include(printed, "Back: deploy/bin/blue-green 1.2.0\n")
      assert.deepStrictEqual(host.counts(), {
        ...twoOf("1.0.0"),
        ...twoOf("1.1.0"),
        ...twoOf("1.2.0"),
        ...twoOf("1.3.0"),
      })
      await succeed(host, "blue-green --finish")
      assert.deepStrictEqual(host.counts(), twoOf("1.3.0"))
    }),
  )

  it.effect("keeps the share of a canary, also when another deployment is rolled back after a stop", () =>
    withHost(async (host) => {
      await succeed(host, "deploy 1.0.0", "canary 1.1.0 5", "canary 1.1.0 50", "canary 1.1.0 5")
      const shares = { "1.0.0": [19, 19], "1.1.0": [2] }
      assert.deepStrictEqual(host.weights(), shares)
      await expectCode(host, 1, "deploy 1.2.0", { endedAt: "stop" })
      assert.deepStrictEqual(host.weights(), shares)
      await succeed(host, "canary 1.1.0 100")
      assert.deepStrictEqual(host.weights(), { "1.1.0": [1, 1] })
      assert.deepStrictEqual(host.counts(), { "api 1.1.0": 2, "worker 1.1.0": 2 })
    }),
  )
})

describe("a signal", () => {
  it.effect(
    "while an api starts, nginx drains or an api stops: what ran before runs, and has the requests",
    () =>
      withHost(async (host) => {
        const one = { env: { APIS: "1", WORKERS: "1" } }
        await expectCode(host, 0, "deploy 1.0.0", one)
        const upstreams = host.upstreams()
        for (const call of ["deploy 2.0.0", "blue-green 2.0.0", "canary 2.0.0 50", "canary 2.0.0 100"])
          for (const endedAt of ["start", "drain"] as const) {
            const printed = await expectCode(host, 1, call, { endedAt })
            assert.include(printed, "2.0.0 was rolled back; 1.0.0 runs as before")
            assert.deepStrictEqual(host.counts(), oneOf("1.0.0"), `${call} ${endedAt}`)
            assert.strictEqual(host.upstreams(), upstreams, `${call} ${endedAt}`)
          }
        await expectCode(host, 1, "deploy 2.0.0", { endedAt: "stop" })
        assert.deepStrictEqual(host.counts(), oneOf("1.0.0"))
        assert.deepStrictEqual(host.weights(), { "1.0.0": [1] })
      }),
  )

  it.effect("to a first deployment leaves no process, and the file of nginx that was there", () =>
    withHost(async (host) => {
      const upstreams = host.upstreams()
      // Or one that cannot ask whether nginx still has requests of before.
      for (const circumstances of [
        { env: { APIS: "1" }, failing: ["workers"] },
        { endedAt: "drain" },
      ] as const) {
        const printed = await expectCode(host, 1, "deploy 1.0.0", circumstances)
        assert.include(printed, "1.0.0 was rolled back; nothing runs as before")
        assert.deepStrictEqual(host.counts(), {})
        assert.strictEqual(host.upstreams(), upstreams)
      }
    }),
  )

  it.effect("when all requests have moved is not called a change that did not happen", () =>
    withHost(async (host) => {
      await succeed(host, "deploy 1.0.0")
      const printed = await expectCode(host, 3, "canary 1.1.0 100", { endedAt: "stop" })
      assert.include(printed, "1.1.0 has all requests, but not all of the others have stopped")
      assert.deepStrictEqual(host.weights(), { "1.1.0": [1, 1] })
    }),
  )
})

describe("a process that does not stop", () => {
  it.effect("ends with 3, whether it is of the release before or of the one that goes back", () =>
    withHost(async (host) => {
      await succeed(host, "deploy 1.0.0")
      for (const [call, failing, message] of [
        [
          "deploy 2.0.0",
          ["healthcheck-worker-2.0.0", "stop-api-2.0.0"],
          "2.0.0 failed, and going back to 1.0.0 as well",
        ],
        ["blue-green 2.1.0", ["healthcheck-worker-2.1.0", "stop-api-2.1.0"], "going back to 1.0.0"],
        ["canary 2.2.0 5", ["smoke-api-2.2.0", "stop-worker-2.2.0"], "2.2.0 failed, and going back to 1.0.0"],
        [
          "canary 2.3.0 100",
          ["stop-api-1.0.0"],
          "2.3.0 has all requests, but not all of the others have stopped",
        ],
        ["blue-green --finish", ["stop-api-1.0.0"], "nginx sends requests to 2.3.0, but not all"],
        ["deploy 3.0.0", ["stop-api-2.3.0"], "3.0.0 failed, and going back"],
      ] as const) {
        const printed = await expectCode(host, 3, call, { failing })
        assert.include(printed, message)
        assert.notInclude(printed, "was rolled back")
        assert.notProperty(host.weights(), "gone")
      }
    }),
  )
})

describe("what is set wrongly", () => {
  it.effect("ends with 2 before anything happens", () =>
    withHost(async (host) => {
      await succeed(host, "deploy 1.0.0")
      const names = host.names()
      for (const [name, value] of [
        ["DRAIN_WITHIN", "1m"],
        ["READY_WITHIN", "1m"],
        ["SMOKE_WITHIN", "08"],
        ["STOP_WITHIN", "-1"],
        ["APIS", "abc"],
        ["APIS", "-3"],
        ["WORKERS", "abc"],
        ["WORKERS", "0"],
        ["SMOKE", "maybe"],
        ["ENVIRONMENT", "nowhere"],
        ["RUN_BY", "/no/such/driver"],
      ] as const)
        for (const call of ["deploy 2.0.0", "blue-green 2.0.0", "blue-green --finish", "canary 2.0.0 5"]) {
          const printed = await expectCode(host, 2, call, { env: { [name]: value } })
          assert.include(printed, value)
          assert.deepStrictEqual(host.names(), names)
        }
    }),
  )
})

describe("one at a time", () => {
  it.effect("holds for migrations too, but not for a look at them", () =>
    withHost(async (host) => {
      await succeed(host, "deploy 1.0.0")
      const holder = spawn("sh", ["-c", 'exec flock "$0" sh -c "echo held; cat"', host.lock], {
        stdio: ["pipe", "pipe", "inherit"],
      })
      await new Promise((resolve) => holder.stdout.once("data", resolve))
      for (const call of [
        "deploy 1.1.0",
        "blue-green 1.1.0",
        "canary 1.1.0 5",
        "migrate - 1.1.0 down --to 1",
      ])
        assert.include(
          await expectCode(host, 1, call, { env: { TMPDIR: "/" } }),
          "another deployment is at work",
        )
      await succeed(host, "migrate - 1.1.0 status")
      holder.stdin.end()
      await new Promise((resolve) => holder.once("close", resolve))
      await succeed(host, "migrate - 1.1.0 down --to 1")
    }),
  )
})
