import { assert, describe, it } from "@effect/vitest"
import { makeReplicaLag } from "../../src/internal/replicaLag.ts"

/** The primary's clock differs from this process's. */
const clock = 1_000_000
const at = (atMs: number, position: number) => ({ atMs, position, clockMs: clock + atMs })
const replica = (position: number | null, committedMs: number | null = null) => ({ position, committedMs })

describe("the lag of a replica", () => {
  it("is not known before the replica has reached a level, or replayed a transaction", () => {
    const lag = makeReplicaLag()
    assert.isUndefined(lag.of(replica(5), 0))
    lag.note(at(0, 10))
    assert.isUndefined(lag.of(replica(5), 1))
    assert.isUndefined(lag.of(replica(null, clock), 1))
    assert.strictEqual(lag.of(replica(5, clock - 700), 1), 701)
  })

  it("is none while it is level with an idle primary, however old its last transaction is", () => {
    const lag = makeReplicaLag()
    for (const now of [0, 1000, 3_600_000]) {
      lag.note(at(now, 10))
      assert.strictEqual(lag.of(replica(10, clock - 5000), now + 3), 3)
    }
  })

  it("grows from the last level that it has reached", () => {
    const lag = makeReplicaLag()
    lag.note(at(0, 10))
    assert.strictEqual(lag.of(replica(10), 2), 2)
    for (const second of [1, 2, 3]) lag.note(at(second * 1000, 10 + second))
    assert.strictEqual(lag.of(replica(10), 3002), 3002)
    assert.strictEqual(lag.of(replica(12), 3002), 1002)
    assert.strictEqual(lag.of(replica(13), 3002), 2)
  })

  it("is at most the age of its last transaction", () => {
    const lag = makeReplicaLag()
    lag.note(at(0, 10))
    lag.note(at(1000, 50))
    assert.strictEqual(lag.of(replica(49, clock + 990), 1010), 20)
    // A clock that was set back says nothing.
    assert.strictEqual(lag.of(replica(49, clock + 99_000), 1010), 1010)
  })

  it("grows while the primary says nothing", () => {
    const lag = makeReplicaLag()
    lag.note(at(0, 10))
    assert.strictEqual(lag.of(replica(10), 60_000), 60_000)
  })

  it("is right again after hours without replay", () => {
    const lag = makeReplicaLag()
    for (let second = 0; second < 20_000; second++) lag.note(at(second * 1000, 10 + second))
    assert.strictEqual(lag.of(replica(10), 20_000_000), 20_000_000)
    assert.strictEqual(lag.of(replica(10 + 19_999), 20_000_000), 1000)
  })

  it("is measured by the log of a new primary after a failover that lost the end of the old one", () => {
    const lag = makeReplicaLag()
    lag.note(at(0, 100))
    lag.note(at(1000, 90))
    assert.strictEqual(lag.of(replica(90), 1001), 1)
  })
})
