import { assert, describe, it } from "@effect/vitest"
import {
  type AttemptRecord,
  DataRefused,
  type Released,
  type StoreError,
  StoreUnavailable,
} from "@lead-gateway/lead-store"
import { Result } from "effect"
import { afterEach, beforeEach, vi } from "vitest"
import { recordWithRetry, releaseWithRetry } from "../src/Recording.ts"
import { due } from "./support/claimed.ts"

const work = due(7)
const record: AttemptRecord = {
  leadId: work.leadId,
  deliveryNo: 0,
  lease: work.lease,
  attemptNo: 1,
  outcomeUnknown: false,
  durationMs: 12,
  responseStatus: 422,
  responseBody: "no",
  errorMessage: "the customer answered 422",
  fault: "lead",
  customerReason: null,
  policyVersion: null,
  unseen: false,
  health: "rejected",
  counted: true,
  next: { state: "RETRYING", retryAfterMs: 30_000 },
}

const away = new StoreUnavailable({ operation: "LeadWork.completeAttempt" })
const refused = new DataRefused({ operation: "LeadWork.completeAttempt", sqlState: "22021" })

/** A store that fails for as long as this gives an error, and what it was handed. */
const failing = <Item>(failureOf: (item: Item, call: number) => StoreError | undefined) => {
  const items: Array<Item> = []
  const call = (item: Item, done: (result: Result.Result<boolean, StoreError>) => void) => {
    const error = failureOf(item, items.push(item))
    setTimeout(() => done(error === undefined ? Result.succeed(true) : Result.fail(error)))
  }
  return { call, items }
}

/** Records; what was logged, and what the caller got. */
const recording = (
  failureOf: (record: AttemptRecord, call: number) => StoreError | undefined,
  isAbandoned = () => false,
) => {
  const { call, items } = failing(failureOf)
  const log: Array<string> = []
  const recorded: Array<boolean | undefined> = []
  recordWithRetry(
    { completeAttempt: call },
    record,
    {
      notRecorded: (_work, { attemptNo }, why) => void log.push(`not yet ${attemptNo}: ${why}`),
      recordRefused: (_work, { attemptNo }, why) => void log.push(`refused ${attemptNo}: ${why}`),
    },
    work,
    (updated) => void recorded.push(updated),
    isAbandoned,
  )
  return { items, log, recorded }
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe("recordWithRetry", () => {
  it("says whether the lead changed, and logs nothing, when all goes well", async () => {
    const { items, log, recorded } = recording(() => undefined)
    await vi.advanceTimersByTimeAsync(1)
    assert.deepStrictEqual([items, log, recorded], [[record], [], [true]])
  })

  it("tries again for as long as the store is away, every 5 s at the end, and says so once", async () => {
    const { items, log, recorded } = recording((_, call) => (call < 1000 ? away : undefined))
    await vi.advanceTimersByTimeAsync(100 + 200 + 400 + 800 + 1600 + 3200 + 50)
    assert.strictEqual(items.length, 7)
    await vi.advanceTimersByTimeAsync(3_600_000)
    assert.approximately(items.length, 7 + 720, 2)
    assert.deepStrictEqual([log, recorded], [[`not yet 1: ${away.message}`], []])
    await vi.advanceTimersByTimeAsync(3_600_000)
    assert.deepStrictEqual([items.length, recorded], [1000, [true]])
    assert.isTrue(items.every((item) => item === record))
  })

  it("leaves texts out that the store refuses, rather than the outcome", async () => {
    const { items, log, recorded } = recording(({ responseBody }) =>
      responseBody === null ? undefined : refused,
    )
    await vi.advanceTimersByTimeAsync(10)
    assert.deepStrictEqual(items, [
      record,
      {
        ...record,
        responseBody: null,
        customerReason: null,
        errorMessage: "the attempt's texts could not be stored",
      },
    ])
    assert.deepStrictEqual([log, recorded], [[`not yet 1: ${refused.message}`], [true]])
  })

  it("keeps texts out when the store goes away in between", async () => {
    const { items, recorded } = recording(({ responseBody }, call) => {
      if (responseBody !== null) return refused
      return call === 2 ? away : undefined
    })
    await vi.advanceTimersByTimeAsync(1000)
    assert.deepStrictEqual(
      items.map(({ responseBody }) => responseBody),
      ["no", null, null],
    )
    assert.deepStrictEqual(recorded, [true])
  })

  it("gives up what the store refuses even so, and says it: the outcome will count as unknown", async () => {
    const { items, log, recorded } = recording(() => refused)
    await vi.advanceTimersByTimeAsync(3_600_000)
    assert.strictEqual(items.length, 2)
    assert.deepStrictEqual(log, [`not yet 1: ${refused.message}`, `refused 1: ${refused.message}`])
    assert.deepStrictEqual(recorded, [undefined])
  })
})

describe("a stop that can wait no longer", () => {
  it("ends the retries of outcomes and of releases", async () => {
    let isAbandoned = false
    const { items, log, recorded } = recording(
      () => away,
      () => isAbandoned,
    )
    const { call, items: releases } = failing(() => away)
    releaseWithRetry(
      { release: call },
      work,
      undefined,
      () => {},
      () => isAbandoned,
    )
    await vi.advanceTimersByTimeAsync(250)
    isAbandoned = true
    await vi.advanceTimersByTimeAsync(3_600_000)
    assert.deepStrictEqual([items.length, releases.length, recorded.length], [3, 3, 0])
    assert.lengthOf(log, 1)
    assert.strictEqual(vi.getTimerCount(), 0)
  })
})

describe("releaseWithRetry", () => {
  const releasing = (failureOf: (call: number) => StoreError | undefined) => {
    const { call, items } = failing((_: Released, count) => failureOf(count))
    const done: Array<boolean> = []
    const released = (wasLeased: boolean) => void done.push(wasLeased)
    releaseWithRetry({ release: call }, work, undefined, released, () => false)
    return { done, items }
  }

  it("gives work back as soon as the store is there again", async () => {
    const { done, items } = releasing((call) => (call < 4 ? away : undefined))
    await vi.advanceTimersByTimeAsync(600)
    assert.deepStrictEqual([items.length, done], [3, []])
    await vi.advanceTimersByTimeAsync(200)
    assert.deepStrictEqual([items.length, done], [4, [true]])
  })

  it("leaves what the store refuses to the end of its lease", async () => {
    const { done, items } = releasing(() => refused)
    await vi.advanceTimersByTimeAsync(60_000)
    assert.deepStrictEqual([items.length, done], [1, [false]])
  })
})
