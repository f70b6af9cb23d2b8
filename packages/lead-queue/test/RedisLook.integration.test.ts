import { assert, describe, it } from "@effect/vitest"
import { TestRedis } from "@lead-gateway/testkit"
import { Effect, Result } from "effect"
import { lookAtRedis, RedisUrl } from "../src/index.ts"

const look = (url: string) => lookAtRedis(Result.getOrThrow(RedisUrl.parse(url)))

describe("lookAtRedis", () => {
  it.live("returns version, role, eviction policy and depth, and changes nothing", () =>
    Effect.gen(function* () {
      const redis = yield* TestRedis.make({
        password: "hunter2",
        args: ["--maxmemory-policy", "allkeys-lru"],
      })
      yield* redis.command("RPUSH", "queue:process_lead", "1", "2")
      const found = yield* look(redis.url)
      assert.deepInclude(found, { isVersionFit: true, isReplica: false, evicts: "allkeys-lru", depth: 2 })
      assert.match(found.version, /^\d+\.\d+\.\d+$/)
      assert.strictEqual(yield* redis.command("DBSIZE"), 1)
    }),
  )

  it.live("knows a replica", () =>
    Effect.gen(function* () {
      const [master, replica] = [yield* TestRedis.make({ args: [] }), yield* TestRedis.make({ args: [] })]
      yield* replica.command("REPLICAOF", "127.0.0.1", String(master.port))
      assert.isTrue((yield* look(replica.url)).isReplica)
    }),
  )

  it.live("does without what its user may not ask", () =>
    Effect.gen(function* () {
      const redis = yield* TestRedis.make({ args: [] })
      yield* redis.command(
        "ACL",
        "SETUSER",
        "app",
        "on",
        ">a",
        "~queue:process_lead",
        "+llen",
        "+client|setname",
      )
      const found = yield* look(redis.url.replace("redis://", "redis://app:a@"))
      assert.deepStrictEqual(found, {
        version: "unknown",
        isVersionFit: true,
        isReplica: false,
        evicts: "unknown",
        depth: 0,
      })
    }),
  )

  it.live("fails with a code that holds no secret", () =>
    Effect.gen(function* () {
      const redis = yield* TestRedis.make({ password: "hunter2" })
      const refused = yield* Effect.flip(look(redis.url.replace("hunter2", "hunter3")))
      assert.strictEqual(refused.reason, "WRONGPASS")
      yield* redis.kill
      assert.strictEqual((yield* Effect.flip(look(redis.url))).reason, "ECONNREFUSED")
    }),
  )
})
