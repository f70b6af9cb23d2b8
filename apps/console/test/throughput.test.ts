import { assert, it } from "vitest"
import { latest, type Minute, perSecond } from "../web/throughput.ts"

const minute = (received: number, p50_ms: number | null = null): Minute => ({
  at: "2026-01-21T10:35:00Z",
  received,
  rejected: 0,
  delivered: 0,
  failed: 0,
  retried: 0,
  parked: 0,
  permanently_failed: 0,
  replayed: 0,
  p50_ms,
  p95_ms: null,
})

it("a rate is of the last five full minutes: the one under way would make it too low", () => {
  const points = [900, 60, 60, 60, 60, 60, 1].map((received) => minute(received))
  assert.strictEqual(perSecond(points, "received"), 1)
  assert.strictEqual(perSecond(points.slice(-3), "received"), 1)
  assert.strictEqual(perSecond(points.slice(-1), "received"), 0)
  assert.strictEqual(perSecond([], "received"), 0)
})

it("the latest latency is that of the last minute with deliveries", () => {
  assert.strictEqual(latest([minute(1, 80), minute(1, 90), minute(0)], "p50_ms"), 90)
  assert.isNull(latest([minute(1)], "p95_ms"))
})
