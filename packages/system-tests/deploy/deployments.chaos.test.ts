import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { makeDeployments, type Deployments } from "./support/deployments.ts"
import { expectAllDeliveredOnce, underLoad } from "./support/load.ts"

/** Processes are started a dozen times in a test. */
const timeout = 600_000

/** Runs a script, which must succeed. */
const succeed = Effect.fnUntraced(function* (world: Deployments, script: string, ...args: Array<string>) {
  const { code, printed } = yield* world.run(script, args)
  assert.strictEqual(code, 0, printed)
  return printed
})

const start = Effect.fnUntraced(function* (apis: number, workers: number) {
  const world = yield* makeDeployments
  for (const tag of ["1.0.0", "1.1.0"]) world.release(tag)
  const first = yield* world.run("deploy", ["1.0.0"], { APIS: String(apis), WORKERS: String(workers) })
  assert.strictEqual(first.code, 0, first.printed)
  return world
})

/** How many of each service and tag run, such as `api 1.0.0`. */
const counts = (world: Deployments) => {
  const names = world.running().map(({ service, tag }) => `${service} ${tag}`)
  return Object.fromEntries(
    [...new Set(names)].map((name) => [name, names.filter((one) => one === name).length]),
  )
}

/** The share of the requests of a while that a release has answered. */
const shareOf = Effect.fnUntraced(function* (world: Deployments, tag: string) {
  const before = world.nginx.accessLog().length
  yield* Effect.sleep("4 seconds")
  const addresses = world
    .running()
    .filter((one) => one.tag === tag)
    .map(({ port }) => `127.0.0.1:${port}`)
  const answered = world.nginx.accessLog().slice(before)
  return answered.filter(({ upstream }) => addresses.includes(String(upstream))).length / answered.length
})

const expectNothingLost = Effect.fnUntraced(function* (
  world: Deployments,
  { accepted, failed }: { readonly accepted: number; readonly failed: ReadonlyArray<string> },
) {
  assert.deepStrictEqual(failed, [])
  assert.isAbove(accepted, 200)
  yield* expectAllDeliveredOnce(world, accepted)
})

describe("releases behind nginx under load", () => {
  it.live(
    "are rolled out a process at a time, and back",
    () =>
      Effect.gen(function* () {
        const world = yield* start(3, 2)
        const load = yield* underLoad(
          world,
          Effect.gen(function* () {
            // A stream of events has no end: it does not hold up a deployment, and ends with its api.
            const { nginx } = world
            const stream = yield* Effect.forkChild(nginx.ask("/api/v1/events", { alone: true }))
            const moved = yield* world.run("deploy", ["1.1.0"], { DRAIN_WITHIN: "5" })
            assert.strictEqual(moved.code, 0, moved.printed)
            assert.include(moved.printed, "nginx still has requests of before")
            yield* Fiber.join(stream)
            assert.deepStrictEqual(counts(world), { "api 1.1.0": 3, "worker 1.1.0": 2 })
            yield* succeed(world, "deploy", "1.0.0")
            assert.deepStrictEqual(counts(world), { "api 1.0.0": 3, "worker 1.0.0": 2 })
          }),
        )
        yield* expectNothingLost(world, load)
      }),
    timeout,
  )

  it.live(
    "are switched from blue to green and back, and blue ends when nginx sends nothing to it",
    () =>
      Effect.gen(function* () {
        const world = yield* start(2, 1)
        const load = yield* underLoad(
          world,
          Effect.gen(function* () {
            assert.include(yield* succeed(world, "blue-green", "1.1.0"), "Back: deploy/bin/blue-green 1.0.0")
            assert.deepStrictEqual(counts(world), {
              "api 1.0.0": 2,
              "api 1.1.0": 2,
              "worker 1.0.0": 1,
              "worker 1.1.0": 1,
            })
            assert.strictEqual(yield* shareOf(world, "1.1.0"), 1)
            yield* succeed(world, "blue-green", "1.0.0")
            assert.strictEqual(yield* shareOf(world, "1.0.0"), 1)
            yield* succeed(world, "blue-green", "1.1.0")
            yield* succeed(world, "blue-green", "--finish")
            assert.deepStrictEqual(counts(world), { "api 1.1.0": 2, "worker 1.1.0": 1 })
          }),
        )
        yield* expectNothingLost(world, load)
      }),
    timeout,
  )

  it.live(
    "get a share of the requests as a canary, which goes back or on",
    () =>
      Effect.gen(function* () {
        const world = yield* start(2, 1)
        const load = yield* underLoad(
          world,
          Effect.gen(function* () {
            yield* succeed(world, "canary", "1.1.0", "20")
            const share = yield* shareOf(world, "1.1.0")
            assert.isAbove(share, 0.1)
            assert.isBelow(share, 0.3)
            yield* succeed(world, "canary", "1.1.0", "0")
            assert.deepStrictEqual(counts(world), { "api 1.0.0": 2, "worker 1.0.0": 1 })
            yield* succeed(world, "canary", "1.1.0", "50")
            yield* succeed(world, "canary", "1.1.0", "100")
            assert.deepStrictEqual(counts(world), { "api 1.1.0": 2, "worker 1.1.0": 1 })
          }),
        )
        yield* expectNothingLost(world, load)
      }),
    timeout,
  )

  it.live(
    "that cannot work change nothing, whichever way they come and whatever is wrong with them",
    () =>
      Effect.gen(function* () {
        const world = yield* start(2, 1)
        // Nothing is at this address: it waits for its database, and is not ready.
        world.release("2.0.0-api", { api: "export DATABASE_URL=postgres://user@127.0.0.1:9/none" })
        world.release("2.0.0-worker", { worker: "sleep 1; exit 1" })
        world.release("2.0.0-smoke", { smoke: "exit 1" })
        world.release("2.0.0-migration", { migrate: "exit 1" })
        const upstreams = world.upstreams()
        const before = world.running()
        const load = yield* underLoad(
          world,
          Effect.gen(function* () {
            const refuses = Effect.fnUntraced(function* (
              message: string,
              [script, ...args]: readonly [string, ...ReadonlyArray<string>],
              env: NodeJS.ProcessEnv = {},
            ) {
              const { code, printed } = yield* world.run(script, args, env)
              assert.strictEqual(code, 1, printed)
              assert.include(printed, message)
              assert.strictEqual(world.upstreams(), upstreams)
              assert.deepStrictEqual(world.running(), before)
            })
            const soon = { READY_WITHIN: "1" }
            yield* refuses("api of 2.0.0-api was not ready within 1 s", ["deploy", "2.0.0-api"], soon)
            // As when somebody presses Ctrl-C.
            const ended = yield* world.runFor(20, "deploy", ["2.0.0-api"])
            assert.strictEqual(ended.code, 1, ended.printed)
            assert.include(ended.printed, "2.0.0-api was rolled back; 1.0.0 runs as before")
            assert.deepStrictEqual(world.running(), before)
            yield* refuses("worker of 2.0.0-worker ended before", ["deploy", "2.0.0-worker"])
            yield* refuses("worker of 2.0.0-worker ended before", ["blue-green", "2.0.0-worker"])
            yield* refuses("worker of 2.0.0-worker ended before", ["canary", "2.0.0-worker", "10"])
            yield* refuses("the smoke test of", ["deploy", "2.0.0-smoke"])
            yield* refuses("nothing was started", ["blue-green", "2.0.0-migration"])
            yield* refuses("there is no program", ["canary", "2.0.0-none", "5"])
          }),
        )
        yield* expectNothingLost(world, load)
      }),
    timeout,
  )

  it.live(
    "are rolled back when they fail in the middle: what was stopped already is started again",
    () =>
      Effect.gen(function* () {
        const world = yield* start(2, 1)
        // The second api of it ends at once.
        world.release("2.0.0", {
          api: "[ ! -f started ] || exit 1; touch started",
        })
        const load = yield* underLoad(world, world.run("deploy", ["2.0.0"]))
        assert.strictEqual(load.result.code, 1, load.result.printed)
        assert.include(load.result.printed, "2.0.0 was rolled back; 1.0.0 runs as before")
        assert.deepStrictEqual(counts(world), { "api 1.0.0": 2, "worker 1.0.0": 1 })
        yield* expectNothingLost(world, load)
      }),
    timeout,
  )
})
