import { PgClient } from "@effect/sql-pg"
import { assert, it, layer } from "@effect/vitest"
import { LeadId } from "@lead-gateway/lead"
import { Duration, Effect, Layer, Option } from "effect"
import { fromPlace, keepPlace, LeadLedger, LeadList, LeadReader, UnmappedAnswers } from "../src/index.ts"
import {
  asRequest,
  becomes,
  counts,
  inReads,
  makeServers,
  maxLag,
  readsGo,
  readsOf,
  Servers,
  status,
} from "./support/replica.ts"
import { client, receive } from "./support/world.ts"

layer(Layer.effect(Servers, makeServers), { excludeTestServices: true, timeout: "60 seconds" })(
  "reads by a replica",
  (it) => {
    it.effect("go to it while it is level, also when the primary has been idle for long", () =>
      Effect.gen(function* () {
        const { level } = yield* Servers
        yield* readsGo("replica")
        yield* receive(3)
        yield* level
        const { value } = yield* asRequest(counts)
        assert.isAtLeast(value.RECEIVED, 3)
        // Longer than the bound.
        yield* Effect.sleep(Duration.sum(maxLag, Duration.seconds(1)))
        const now = yield* status
        assert.strictEqual(now?.status, "up")
        assert.isBelow(now?.lagMs ?? Infinity, 1500)
        const { places } = yield* asRequest(LeadList.use((list) => list.page({ limit: 5, contacts: [] })))
        assert.deepStrictEqual(places, ["replica"])
      }).pipe(inReads),
    )

    it.effect("go to the primary while it is stopped, and back", () =>
      Effect.gen(function* () {
        const servers = yield* Servers
        yield* readsGo("replica")
        yield* servers.stop
        yield* readsGo("primary")
        yield* becomes("down")
        assert.deepStrictEqual((yield* asRequest(counts)).places, ["primary"])
        yield* servers.start
        yield* readsGo("replica")
      }).pipe(inReads),
    )

    it.effect("go to the primary while it hangs, also those that hang with it", () =>
      Effect.gen(function* () {
        const servers = yield* Servers
        yield* readsGo("replica")
        yield* servers.freeze
        const read = Effect.all(
          Array.from({ length: 8 }, () => asRequest(counts)),
          { concurrency: "unbounded" },
        )
        for (const { ms, places } of yield* read) {
          assert.isBelow(ms, 1000)
          assert.strictEqual(places.at(-1), "primary")
        }
        yield* becomes("down")
        yield* servers.thaw
        yield* readsGo("replica")
      }).pipe(inReads),
    )

    it.effect("go to the primary while it lags behind, and back when it has caught up", () =>
      Effect.gen(function* () {
        const servers = yield* Servers
        yield* readsGo("replica")
        const before = (yield* asRequest(counts)).value
        yield* servers.pauseReplay
        yield* receive(2)
        // Within the bound it is what it was.
        const { places, value } = yield* asRequest(counts)
        if (places[0] === "replica") assert.strictEqual(value.RECEIVED, before.RECEIVED)
        const lagging = yield* becomes("lagging")
        assert.isAbove(lagging?.lagMs ?? 0, Duration.toMillis(maxLag))
        const late = yield* asRequest(counts)
        assert.deepStrictEqual(late.places, ["primary"])
        assert.strictEqual(late.value.RECEIVED, before.RECEIVED + 2)
        yield* servers.resumeReplay
        yield* readsGo("replica")
        assert.strictEqual((yield* asRequest(counts)).value.RECEIVED, before.RECEIVED + 2)
      }).pipe(inReads),
    )

    it.effect("of a lead that it has not yet are those of the primary, to the end of the request", () =>
      Effect.gen(function* () {
        const servers = yield* Servers
        yield* readsGo("replica")
        yield* servers.pauseReplay
        const [id = LeadId.make(1)] = yield* receive(1)
        const detail = Effect.gen(function* () {
          const history = yield* LeadReader.use((reader) => reader.history(id))
          return { history, deliveries: yield* LeadList.use((list) => list.deliveries(id)) }
        })
        const { places, value } = yield* asRequest(detail)
        assert.isTrue(Option.isSome(value.history))
        assert.deepStrictEqual(places.slice(-3), ["replica", "primary", "primary"])
        const none = yield* asRequest(LeadReader.use((reader) => reader.history(LeadId.make(999_999))))
        assert.isTrue(Option.isNone(none.value))
        yield* servers.resumeReplay
        yield* servers.level
        const later = yield* asRequest(LeadReader.use((reader) => reader.history(id)))
        assert.deepStrictEqual(later.places, ["replica"])
      }).pipe(inReads),
    )

    it.effect("that stand in the way of its log, or lose their connection, are repeated at the primary", () =>
      Effect.gen(function* () {
        const sql = yield* PgClient.PgClient
        const { level, url } = yield* Servers
        yield* readsGo("replica")
        // Counts take half a second now.
        yield* sql`ALTER TABLE lead_count RENAME TO lead_count_rows`
        yield* sql`CREATE VIEW lead_count AS SELECT r.* FROM (SELECT pg_sleep(0.5) OFFSET 0) AS s, lead_count_rows AS r`
        yield* Effect.addFinalizer(() =>
          Effect.ignore(
            Effect.andThen(sql`DROP VIEW lead_count`, sql`ALTER TABLE lead_count_rows RENAME TO lead_count`),
          ),
        )
        yield* level
        const ledger = asRequest(LeadLedger.use(({ fromCounters }) => fromCounters))
        const disturb = {
          conflict: sql.withTransaction(sql`LOCK TABLE lead_count_rows IN ACCESS EXCLUSIVE MODE`),
          loss: Effect.provide(
            PgClient.PgClient.use(
              (
                replica,
              ) => replica`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%lead_count%'
              AND state = 'active' AND pid <> pg_backend_pid()`,
            ),
            client(url),
          ),
        }
        for (const disturbance of Object.values(disturb)) {
          const [{ places, value }] = yield* Effect.all([ledger, Effect.delay(disturbance, "150 millis")], {
            concurrency: "unbounded",
          })
          assert.deepStrictEqual(places, ["replica", "primary"])
          assert.isAbove(value.received, 0)
        }
      }).pipe(Effect.scoped, inReads),
    )

    it.effect("that are shared are read where they were read", () =>
      Effect.gen(function* () {
        yield* readsGo("replica")
        const shared = fromPlace(yield* Effect.cached(keepPlace(counts)))
        for (const _ of [1, 2]) assert.deepStrictEqual((yield* asRequest(shared)).places, ["replica"])
      }).pipe(inReads),
    )

    it.effect("leave writes to the primary", () =>
      Effect.gen(function* () {
        yield* readsGo("replica")
        const { level } = yield* Servers
        const answers = yield* UnmappedAnswers
        yield* answers.record([{ attribute: "roof", value: "thatched", count: 2 }])
        yield* level
        const { places, value } = yield* asRequest(answers.list({ limit: 5 }))
        assert.deepStrictEqual(places, ["replica"])
        assert.strictEqual(value[0]?.value, "thatched")
      }).pipe(inReads),
    )
  },
)

it.live("a replica that was promoted is none, and neither is that of another database", () =>
  Effect.gen(function* () {
    const servers = yield* makeServers
    const promoted = Effect.gen(function* () {
      yield* readsGo("replica")
      yield* servers.promote
      yield* readsGo("primary")
      assert.deepStrictEqual(yield* becomes("down"), { status: "down", lagMs: null })
    })
    // It answers, and is down: it has other tables.
    const other = Effect.gen(function* () {
      for (const _ of [1, 2, 3]) {
        assert.deepStrictEqual((yield* asRequest(counts)).places, ["primary"])
        assert.strictEqual((yield* status)?.status, "down")
        yield* Effect.sleep("500 millis")
      }
    })
    const url = new URL(servers.url)
    url.pathname = "/postgres"
    yield* Effect.provide(other, readsOf({ ...servers, url: url.href }))
    yield* Effect.provide(promoted, readsOf(servers))
  }).pipe(Effect.scoped),
)
