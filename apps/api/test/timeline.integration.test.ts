import { PgClient } from "@effect/sql-pg"
import { assert, it, layer } from "@effect/vitest"
import { foldTimeline, LeadWork } from "@lead-gateway/lead-store"
import { Duration, Effect, Layer } from "effect"
import { ask, assertError, postLead } from "./support/Http.ts"
import { leadText } from "./support/leads.ts"
import { decide } from "./support/work.ts"
import { makeWorld, World, type WorldShape } from "./support/World.ts"

interface Point {
  readonly at: string
  readonly received: number
  readonly p50_ms: number | null
  readonly p95_ms: number | null
}

interface Part {
  readonly bucket: string
  readonly from: string
  readonly to: string
  readonly counted_from: string | null
  readonly points: ReadonlyArray<Point & Readonly<Record<string, number | string | null>>>
}

const read = (world: WorldShape, query = "") =>
  Effect.map(ask(world, { path: `/api/v1/timeline${query}` }), ({ status, text }) => {
    assert.strictEqual(status, 200, text)
    return JSON.parse(text) as Part
  })

const counts = [
  "received",
  "rejected",
  "delivered",
  "failed",
  "retried",
  "parked",
  "permanently_failed",
  "replayed",
] as const

const sums = ({ points }: Part) =>
  Object.fromEntries(
    counts.map((name) => [name, points.reduce((sum, point) => sum + Number(point[name]), 0)]),
  )

layer(World.layer(), { excludeTestServices: true, timeout: "30 seconds" })("the timeline", (it) => {
  it.effect("says what happened, the same in minutes, hours and days, before and after it is added up", () =>
    Effect.gen(function* () {
      const world = yield* World
      const Sql = Layer.succeed(PgClient.PgClient, world.sql)
      const work = yield* Layer.build(Layer.provide(LeadWork.layer, Sql))
      const make = Effect.fnUntraced(function* (
        ...[decision, answers]: Parameters<typeof decide> extends [number, ...infer R] ? R : never
      ) {
        const id = yield* postLead(world, leadText)
        yield* Effect.provideContext(decide(id, decision, answers), work)
      })
      yield* make("REJECTED")
      yield* make("PARKED")
      yield* make("READY", [503, 200])
      yield* make("READY", [400])
      yield* make("READY", [null])
      yield* make("READY")
      yield* postLead(world, leadText)
      const expected = {
        received: 7,
        rejected: 1,
        delivered: 1,
        failed: 3,
        retried: 2,
        parked: 1,
        permanently_failed: 1,
        replayed: 0,
      }
      const check = Effect.gen(function* () {
        const to = encodeURIComponent(new Date(Date.now() + 60_000).toISOString())
        for (const bucket of ["minute", "hour", "day"]) {
          const part = yield* read(world, `?bucket=${bucket}&to=${to}`)
          assert.strictEqual(part.bucket, bucket)
          assert.deepStrictEqual(sums(part), expected, bucket)
          const delivered = part.points.filter((point) => point["delivered"] !== 0)
          assert.lengthOf(delivered, 1)
          assert.isAbove(delivered[0]?.p50_ms ?? 0, 0)
          assert.strictEqual(delivered[0]?.p50_ms, delivered[0]?.p95_ms)
        }
      })
      yield* check
      yield* foldTimeline.pipe(Effect.provide(Sql))
      yield* check
    }),
  )

  it.effect("has every bucket of the last 24 hours, and names without a hump", () =>
    Effect.gen(function* () {
      const part = yield* read(yield* World)
      assert.deepStrictEqual(Object.keys(part), ["bucket", "from", "to", "counted_from", "points"])
      assert.strictEqual(part.bucket, "minute")
      assert.include([1440, 1441], part.points.length)
      assert.isNull(part.counted_from)
      assert.strictEqual(part.points[0]?.at, part.from)
      assert.deepStrictEqual(Object.keys(part.points[0] ?? {}), ["at", ...counts, "p50_ms", "p95_ms"])
      const starts = part.points.map(({ at }) => Date.parse(at))
      assert.isTrue(starts.every((at, index) => index === 0 || at - (starts[index - 1] ?? 0) === 60_000))
      assert.strictEqual(Date.parse(part.to), (starts.at(-1) ?? 0) + 60_000)
    }),
  )

  it.effect("reads times with an offset, from inclusive and to exclusive", () =>
    Effect.gen(function* () {
      const part = yield* read(
        yield* World,
        "?from=2026-01-21T01:00:00%2B01:00&to=2026-01-21T03:00:00%2B01:00&bucket=hour",
      )
      assert.strictEqual(part.from, "2026-01-21T00:00:00Z")
      assert.strictEqual(part.to, "2026-01-21T02:00:00Z")
      assert.deepStrictEqual(
        part.points.map(({ at }) => at),
        ["2026-01-21T00:00:00Z", "2026-01-21T01:00:00Z"],
      )
    }),
  )

  it.effect("refuses what it cannot answer, and says what is allowed", () =>
    Effect.gen(function* () {
      const world = yield* World
      const refused = Effect.fnUntraced(function* (query: string, error: string) {
        assertError(yield* ask(world, { path: `/api/v1/timeline${query}` }), 400, error)
      })
      const tooWide =
        "from and to must be 2000 buckets apart at most: 33 hours with bucket=minute, 83 days with bucket=hour, 2000 days with bucket=day"
      yield* refused("?from=2026-01-01&to=2026-02-01&bucket=minute", tooWide)
      yield* refused("?from=0001-01-01", tooWide)
      yield* refused("?from=2026-01-02&to=2026-01-01", "from must be before to")
      yield* refused("?to=9999-12-31T23:59:59Z", "to must not be after 9999-12-31T00:00:00Z")
      yield* refused(
        "?bucket=week&from=yesterday",
        "from must be a time such as 2026-01-21T10:35:00Z, or a day such as 2026-01-21; bucket must be one of minute, hour, day",
      )
      yield* refused("?form=2026-01-01", "form must be absent: the parameters are from, to, bucket")
    }),
  )
})

it.live("the timeline is read once within STATS_CACHE_TTL for all who ask for the same", () =>
  Effect.gen(function* () {
    const world = yield* makeWorld({ statsCacheTtl: Duration.seconds(4) })
    const question = "?from=2026-03-01&to=2026-03-02&bucket=hour"
    const received = (query: string) => Effect.map(read(world, query), (part) => sums(part)["received"])
    assert.strictEqual(yield* received(question), 0)
    yield* world.sql`
      INSERT INTO timeline_entry (at, tenant_id, was, became, leads)
      VALUES ('2026-03-01T12:00:00Z', 1, 'RECEIVED', 'RECEIVED', 5)`
    const answers = yield* Effect.all(
      Array.from({ length: 20 }, () => received(question)),
      { concurrency: "unbounded" },
    )
    assert.deepStrictEqual(new Set(answers), new Set([0]))
    assert.strictEqual(yield* received("?from=2026-03-01&to=2026-03-02&bucket=day"), 5)
    yield* Effect.sleep("4100 millis")
    assert.strictEqual(yield* received(question), 5)
  }).pipe(Effect.scoped),
)
