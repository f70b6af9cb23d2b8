import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { intervalMs, leastShare, nextBudget, turnMs, watchEventLoop } from "../src/EventLoop.ts"

/** A loop by hand: requests that take so long, and waiting in between. */
const makeLoop = () => {
  let now = 0
  let waited = 0
  const planned: Array<() => void> = []
  const loop = watchEventLoop({
    now: () => now,
    waited: () => waited,
    atTurnEnd: (callback) => void planned.push(callback),
  })
  return {
    loop,
    wait: (ms: number) => {
      now += ms
      waited += ms
    },
    endTurn: () => {
      for (const callback of planned.splice(0)) callback()
    },
    /** Requests of one turn; how many were admitted. An admitted one takes `ms`, any other a quarter of that. */
    requests: (count: number, ms: number) => {
      let admitted = 0
      for (let request = 0; request < count; request++) {
        const isLate = loop.isLate()
        if (!isLate) admitted++
        now += isLate ? ms / 4 : ms
      }
      return admitted
    },
    now: () => now,
    /** Work that somebody else plans for the end of this turn. */
    plan: (work: () => void) => void planned.push(work),
    work: (ms: number) => void (now += ms),
  }
}

describe("an event loop", () => {
  it("admits a burst that comes after it had time to wait, however many come in one turn", () => {
    const { endTurn, requests, wait } = makeLoop()
    for (let burst = 0; burst < 5; burst++) {
      wait(1000)
      assert.strictEqual(requests(1200, 0.08), 1200)
      endTurn()
    }
  })

  it("is late when it has not waited for an interval and its turn is long", () => {
    const { endTurn, requests, wait } = makeLoop()
    wait(1000)
    const admitted = requests(10_000, 0.1)
    assert.isAtLeast(admitted, intervalMs / 0.1)
    assert.isAtMost(admitted, intervalMs / 0.1 + 1)
    endTurn()
  })

  it("keeps its turns near their time at three times the load, and uses what is left for requests", () => {
    const { endTurn, now, requests, wait } = makeLoop()
    wait(1000)
    const perMs = 3 / 0.1
    let arrived = 100
    let admitted = 0
    let longest = 0
    let started = now()
    for (let turn = 0; turn < 400; turn++) {
      const began = now()
      const some = requests(arrived, 0.1)
      endTurn()
      const took = now() - began
      arrived = Math.round(took * perMs)
      if (turn === 100) {
        admitted = 0
        started = now()
      }
      admitted += some
      if (turn > 100) longest = Math.max(longest, took)
    }
    assert.isBelow(longest, 2 * turnMs)
    // 3 x 0.25 of the time goes to refusals; of the rest, 1 / (1 - 0.25) is admitted.
    assert.isAbove((admitted * 0.1) / (now() - started), 0.2)
  })

  it("admits everything again at once when it has waited", () => {
    const { endTurn, requests, wait } = makeLoop()
    wait(1000)
    for (let turn = 0; turn < 20; turn++) {
      requests(2000, 0.1)
      endTurn()
    }
    assert.isBelow(requests(1000, 0.1), 1000)
    endTurn()
    wait(2)
    assert.isAtLeast(requests(1, 0.1), 1)
    endTurn()
    assert.strictEqual(requests(500, 0.1), 500)
  })

  it("admits the first request of a turn, whatever happened before", () => {
    const { endTurn, requests } = makeLoop()
    for (let turn = 0; turn < 100; turn++) {
      assert.isAtLeast(requests(3000, 1), 1)
      endTurn()
    }
  })

  it("answers at once in a short turn, and at the end of a long one", () => {
    const { endTurn, loop, requests } = makeLoop()
    const answered: Array<number> = []
    const answer = (number: number) => void answered.push(number)
    requests(1, 1)
    loop.inTurn(answer, 1)
    assert.deepStrictEqual(answered, [1])
    requests(1, turnMs + 1)
    loop.inTurn(answer, 2)
    loop.inTurn(answer, 3)
    assert.deepStrictEqual(answered, [1])
    endTurn()
    assert.deepStrictEqual(answered, [1, 2, 3])
    endTurn()
    assert.deepStrictEqual(answered, [1, 2, 3])
  })

  it("sends what was planned in the turn before it answers those who waited for its end", () => {
    const { endTurn, loop, plan, requests } = makeLoop()
    const order: Array<string> = []
    requests(1, turnMs + 1)
    plan(() => order.push("statement"))
    loop.inTurn((answer) => void order.push(answer), "answer")
    endTurn()
    assert.deepStrictEqual(order, ["statement", "answer"])
  })

  it("counts the answers at a turn's end as a part of the turn", () => {
    /** How many of 1000 requests are admitted after two turns that ended with answers. */
    const admittedAfter = (answerMs: number) => {
      const { endTurn, loop, requests, wait, work } = makeLoop()
      wait(1000)
      requests(2 * intervalMs, 1)
      endTurn()
      for (let turn = 0; turn < 2; turn++) {
        requests(1, turnMs + 1)
        for (let answer = 0; answer < 20; answer++) loop.inTurn(work, answerMs)
        endTurn()
      }
      return requests(1000, 0.1)
    }
    assert.isBelow(admittedAfter(1), admittedAfter(0))
  })

  const times = Schema.Finite.check(Schema.isBetween({ minimum: 0.01, maximum: 100_000 }))

  it.prop(
    "always leaves a share of its turns to requests, and no more than a turn",
    [times, times],
    ([some, tookMs]) => {
      const budget = nextBudget(Math.min(some, turnMs), tookMs)
      assert.isAtLeast(budget, tookMs * leastShare)
      assert.isAtMost(budget, Math.max(turnMs, tookMs * leastShare))
      if (tookMs > turnMs && budget > tookMs * leastShare) assert.isBelow(budget, Math.min(some, turnMs))
    },
  )

  it.prop("is never late before it has been busy for an interval", [Schema.Array(times)], ([turns]) => {
    const { endTurn, requests, wait } = makeLoop()
    for (const turn of turns) {
      wait(2)
      const count = Math.ceil(intervalMs / turn)
      assert.strictEqual(requests(count, Math.min(turn, intervalMs / count)), count)
      endTurn()
    }
  })
})
