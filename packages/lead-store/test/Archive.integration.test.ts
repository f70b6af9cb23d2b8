import { assert, describe, it } from "@effect/vitest"
import { PgClient } from "@effect/sql-pg"
import { LeadId } from "@lead-gateway/lead"
import { scratchFolder } from "@lead-gateway/testkit"
import { Effect, Fiber, Logger, Stream } from "effect"
import { TestClock } from "effect/testing"
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs"
import { join } from "node:path"
import { gunzipSync, gzipSync } from "node:zlib"
import { Archive, Retention } from "../src/index.ts"
import { holdOpen } from "./support/locks.ts"
import { books, idsLeft, inDatabase, sealed, store } from "./support/olderLeads.ts"

/** A folder for an archive, which is not there yet. */
const makeArchive = Effect.map(scratchFolder(), (folder) => join(folder, "years", "archive"))

const retain = (archive: string) => Retention.run({ age: { days: 30 }, archive })

const lines = (path: string, id?: number) =>
  Stream.runCollect(Archive.read(path, { id: id === undefined ? undefined : LeadId.make(id) }))

const idsIn = (path: string) =>
  Effect.map(lines(path), (found) => found.map((line) => (JSON.parse(line) as { readonly id: number }).id))

const advance = PgClient.PgClient.use((sql) => sql`SELECT setval('lead_id_seq', 1000000, false)`)

describe("Retention.run with an archive", () => {
  it.live("writes all that there is of a lead before it goes", () =>
    Effect.gen(function* () {
      const archive = yield* makeArchive
      const payload =
        '{ "id" : 12345678901234567890, "price":1.10,\n  "line\\nfeed": "\u2028 \u2029 ä \\u0001" }'
      yield* store({ from: 1, count: 2, state: "DELIVERED", daysAgo: 40, payload })
      yield* store({ from: 3, state: "PARKED", daysAgo: 40 })
      yield* store({ from: 4, state: "REJECTED", daysAgo: 40 })
      yield* store({ from: 5, state: "DELIVERED", daysAgo: 4 })
      assert.deepStrictEqual(yield* retain(archive), { leads: 3, partitions: 0 })
      assert.deepStrictEqual((yield* idsLeft).lead, [3, 5])
      const [file, ...others] = readdirSync(archive)
      assert.deepStrictEqual(others, [])
      assert.match(file ?? "", /^lead_p000000-1-4-\d{8}T\d{9}Z-[0-9a-f]{8}\.ndjson\.gz$/)
      assert.strictEqual(statSync(join(archive, file ?? "")).mode & 0o777, 0o600)
      assert.strictEqual(statSync(archive).mode & 0o777, 0o700)

      const found = yield* lines(archive)
      assert.deepStrictEqual(yield* idsIn(archive), [1, 2, 4])
      assert.strictEqual(
        gunzipSync(readFileSync(join(archive, file ?? ""))).toString(),
        `${found.join("\n")}\n`,
      )
      assert.include(found[0], `"raw_payload":${payload.replace("\n", " ")},`)
      const { attempts, decisions, deliveries, end, events, lead } = JSON.parse(found[0] ?? "") as Record<
        string,
        object
      >
      assert.deepInclude(lead, { id: 1, tenant_id: 1, correlation_id: "c-1" })
      assert.deepInclude(end, { state: "DELIVERED", reason: null })
      assert.containSubset(decisions, [{ lead_id: 1, verdict: "READY" }])
      assert.containSubset(deliveries, [{ lead_id: 1, customer_id: 1 }])
      assert.include(found[0], '"payload":{"n":12345678901234567890}')
      assert.containSubset(attempts, [
        { attempt_no: 1, success: false },
        { attempt_no: 2, success: true },
      ])
      assert.containSubset(events, [{ lead_id: 1, type: "held_back" }])
    }).pipe(Effect.scoped, inDatabase),
  )

  it.live("archives partitions that are dropped, and many leads, in order", () =>
    Effect.gen(function* () {
      const archive = yield* makeArchive
      yield* store({
        from: 1,
        count: 2345,
        state: "DELIVERED",
        daysAgo: 40,
        payload: JSON.stringify({ text: "é".repeat(500) }),
      })
      yield* advance
      yield* store({ from: 1_000_000, count: 2, state: "DELIVERED", daysAgo: 40 })
      assert.deepStrictEqual(yield* retain(archive), { leads: 2347, partitions: 1 })
      assert.deepStrictEqual(yield* idsIn(archive), [
        ...Array.from({ length: 2345 }, (_, index) => index + 1),
        1_000_000,
        1_000_001,
      ])
      assert.strictEqual(readdirSync(archive).length, 2)
      assert.deepStrictEqual(yield* sealed, ["1 0 DELIVERED 2345", "1 1 DELIVERED 2"])
    }).pipe(Effect.scoped, inDatabase),
  )

  it.live("removes nothing when the folder cannot be written, and says so", () =>
    Effect.gen(function* () {
      const archive = yield* makeArchive
      mkdirSync(join(archive, ".."), { recursive: true })
      writeFileSync(archive, "")
      yield* store({ from: 1, state: "DELIVERED", daysAgo: 40 })
      const error = yield* Effect.flip(retain(archive))
      assert.strictEqual(
        error.message,
        `cannot archive leads in ${archive}: it is no folder; none of them was removed`,
      )
      assert.deepStrictEqual((yield* idsLeft).lead, [1])
      assert.deepStrictEqual(yield* sealed, [])
    }).pipe(Effect.scoped, inDatabase),
  )

  it.live("archives nothing of a partition that cannot be dropped now", () =>
    Effect.gen(function* () {
      const archive = yield* makeArchive
      yield* store({ from: 1, count: 3, state: "DELIVERED", daysAgo: 40 })
      yield* advance
      const end = yield* holdOpen((sql) => sql`SELECT FROM lead LIMIT 1`)
      assert.deepStrictEqual(yield* retain(archive), { leads: 0, partitions: 0 })
      yield* end
      assert.isFalse(existsSync(archive))
    }).pipe(Effect.scoped, inDatabase),
  )

  it.live("archives again what it could not remove, and reads the newest of it once", () =>
    Effect.gen(function* () {
      const archive = yield* makeArchive
      yield* store({ from: 1, count: 3, state: "DELIVERED", daysAgo: 40 })
      // Archived, and then locked: as if the process had died before it removed them.
      const end = yield* holdOpen((sql) => sql`SELECT FROM settled_lead WHERE lead_id <= 2 FOR UPDATE`)
      assert.deepStrictEqual(yield* retain(archive), { leads: 1, partitions: 0 })
      yield* end
      const sql = yield* PgClient.PgClient
      yield* sql`UPDATE lead SET correlation_id = 'newer' WHERE id = 2`
      assert.deepStrictEqual(yield* retain(archive), { leads: 2, partitions: 0 })
      assert.strictEqual(readdirSync(archive).length, 2)
      assert.deepStrictEqual(yield* idsIn(archive), [1, 2, 3])
      assert.include((yield* lines(archive, 2))[0], '"newer"')
    }).pipe(Effect.scoped, inDatabase),
  )

  it.live("leaves no half-written file when it is cut short, and removes what a lost process left", () =>
    Effect.gen(function* () {
      const archive = yield* makeArchive
      mkdirSync(archive, { recursive: true })
      const [old, young] = ["1a2b3c4d", "11111111"].map(
        (tag) => `.lead_p000000-1-2-20200101T000000000Z-${tag}.ndjson.gz.unfinished`,
      )
      for (const name of [old, young]) writeFileSync(join(archive, name ?? ""), "")
      utimesSync(join(archive, old ?? ""), 0, 0)
      yield* store({ from: 1, count: 20_000, state: "DELIVERED", daysAgo: 40 })
      const running = yield* Effect.forkChild(retain(archive))
      while (readdirSync(archive).length !== 2 || existsSync(join(archive, old ?? "")))
        yield* Effect.sleep("1 millis")
      yield* Fiber.interrupt(running)
      assert.deepStrictEqual(readdirSync(archive), [young])
      assert.strictEqual((yield* idsLeft).lead.length, 20_000)
      const { counted, found } = yield* books
      assert.deepStrictEqual(found, counted)
    }).pipe(Effect.scoped, inDatabase),
  )
})

describe("Retention.keep", () => {
  it.effect("begins after a minute, repeats once an hour, and says in one line what is wrong", () =>
    Effect.gen(function* () {
      const folder = yield* makeArchive
      mkdirSync(join(folder, ".."), { recursive: true })
      writeFileSync(folder, "")
      yield* store({ from: 1, state: "DELIVERED", daysAgo: 40 })
      const logged: Array<unknown> = []
      const waitFor = (count: number) =>
        TestClock.withLive(
          Effect.suspend(() => Effect.sleep("5 millis")).pipe(
            Effect.repeat({ until: () => logged.length >= count }),
          ),
        )
      yield* Retention.keep({ age: { days: 30 }, archive: folder }).pipe(
        Effect.provide(
          Logger.layer([
            Logger.make(({ logLevel, message }) => void logged.push([logLevel, message].flat(2))),
          ]),
        ),
        Effect.forkScoped,
      )
      yield* TestClock.adjust("59 seconds")
      assert.deepStrictEqual(logged, [])
      yield* TestClock.adjust("1 second")
      yield* waitFor(1)
      assert.deepStrictEqual(logged, [
        ["Error", `cannot archive leads in ${folder}: it is no folder; none of them was removed`],
      ])
      yield* TestClock.adjust("1 hour")
      yield* waitFor(2)
      assert.deepStrictEqual((yield* idsLeft).lead, [1])
    }).pipe(Effect.scoped, inDatabase),
  )
})

describe("Archive.read", () => {
  const name = (first: number, last: number, time: string, partition = 0) =>
    `lead_p${String(partition).padStart(6, "0")}-${first}-${last}-${time}T000000000Z-00000000.ndjson.gz`
  const file = (folder: string, name: string, ids: ReadonlyArray<number>, note: string) => {
    const text = ids.map((id) => `{"id":${id},"note":"${note}"}\n`).join("")
    writeFileSync(join(folder, name), gzipSync(text))
    return join(folder, name)
  }
  const line = (id: number, note: string) => `{"id":${id},"note":"${note}"}`

  it.effect("reads a folder partition by partition, each lead once, as its newest file has it", () =>
    Effect.gen(function* () {
      const folder = yield* scratchFolder()
      file(folder, name(1, 3, "20200101"), [1, 2, 3], "old")
      file(folder, name(2, 9, "20210101"), [2, 9], "new")
      file(folder, name(1_000_002, 1_000_002, "20200101", 1), [1_000_002], "other")
      writeFileSync(join(folder, `.${name(1, 1, "20200101")}.unfinished`), "cut off")
      writeFileSync(join(folder, "notes.txt"), "")
      assert.deepStrictEqual(yield* lines(folder), [
        line(2, "new"),
        line(9, "new"),
        line(1, "old"),
        line(3, "old"),
        line(1_000_002, "other"),
      ])
      assert.deepStrictEqual(yield* lines(folder, 2), [line(2, "new")])
      assert.deepStrictEqual(yield* lines(folder, 3), [line(3, "old")])
      assert.deepStrictEqual(yield* lines(folder, 4), [])
    }).pipe(Effect.scoped),
  )

  it.effect("reads one file, whatever its name", () =>
    Effect.gen(function* () {
      const folder = yield* scratchFolder()
      const path = file(folder, "from-a-backup", [7, 8], "x")
      assert.deepStrictEqual(yield* lines(path), [line(7, "x"), line(8, "x")])
      assert.deepStrictEqual(yield* lines(path, 8), [line(8, "x")])
    }).pipe(Effect.scoped),
  )

  it.effect("says which file is not there, damaged or cut off", () =>
    Effect.gen(function* () {
      const folder = yield* scratchFolder()
      const message = (path: string) => Effect.map(Effect.flip(lines(path)), (error) => error.message)
      assert.strictEqual(
        yield* message(join(folder, "none")),
        `cannot read ${join(folder, "none")}: it is not there`,
      )
      const whole = file(folder, name(1, 2, "20200101"), [1, 2], "x".repeat(1000))
      const bytes = readFileSync(whole)
      writeFileSync(whole, bytes.subarray(0, bytes.length - 12))
      assert.strictEqual(yield* message(folder), `cannot read ${whole}: it is cut off`)
      writeFileSync(whole, gzipSync('{"id":1}\n{"id":2'))
      assert.strictEqual(yield* message(whole), `cannot read ${whole}: it is cut off`)
      writeFileSync(whole, "no gzip")
      assert.strictEqual(yield* message(whole), `cannot read ${whole}: it is damaged, or no archive`)
    }).pipe(Effect.scoped),
  )
})
