import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect } from "effect"
import { TestClock } from "effect/testing"
import { makeSpanQueue } from "../src/internal/spanQueue.ts"
import { defineSpan, type EndedSpan } from "../src/Span.ts"
import { entriesOf } from "./memorySink.ts"

const span: EndedSpan = {
  kind: defineSpan("deliver lead", "CLIENT", ["n"]),
  context: { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331", sampled: true },
  parentSpanId: undefined,
  startMs: 0,
  endMs: 1,
  error: undefined,
  values: [1],
}

describe("a bug in sending spans", () => {
  it.effect("costs the batch, is logged, and later spans are sent", () =>
    Effect.gen(function* () {
      let sent = 0
      const entries = yield* entriesOf(
        Effect.gen(function* () {
          const queue = yield* makeSpanQueue({
            scheduleDelay: Duration.seconds(1),
            exportTimeout: Duration.seconds(10),
            maxQueueSize: 10,
            maxExportBatchSize: 5,
            send: (batch) =>
              Effect.sync(() => {
                if (sent++ === 0) throw new TypeError("of erika@privat.example")
                return { _tag: "Accepted", rejected: batch.length - 3 }
              }),
          })
          queue.record(span)
          queue.record(span)
          yield* TestClock.adjust("1 second")
          assert.deepStrictEqual(queue.counts(), { exported: 0, dropped: 2, waiting: 0 })
          for (let n = 0; n < 3; n++) queue.record(span)
          yield* TestClock.adjust("2 seconds")
          assert.deepStrictEqual(queue.counts(), { exported: 3, dropped: 2, waiting: 0 })
        }),
      )
      assert.deepStrictEqual(
        entries.map(({ level, message }) => [level, message]),
        [["error", "sending spans failed, and begins again"]],
      )
      assert.notInclude(JSON.stringify(entries), "erika")
    }),
  )
})
