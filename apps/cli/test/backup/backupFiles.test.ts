import { assert, describe, it } from "@effect/vitest"
import { scratchFolder } from "@lead-gateway/testkit"
import { Effect, Redacted } from "effect"
import { createHash } from "node:crypto"
import { readdirSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { differences, imbalances } from "../../src/backup/contents.ts"
import { checkFile } from "../../src/backup/dump.ts"
import { folderStore } from "../../src/backup/FolderStore.ts"
import {
  type LedgerAccounts,
  type Manifest,
  nameAt,
  readManifest,
  timeOf,
} from "../../src/backup/Manifest.ts"
import { metricsOf, writeMetrics } from "../../src/backup/metricsFile.ts"
import { openPlace } from "../../src/backup/openStore.ts"
import { libpqEnvironment } from "../../src/backup/postgresPrograms.ts"
import { withoutData } from "../../src/backup/Program.ts"
import { outdated, rotate } from "../../src/backup/rotate.ts"

const ledger: LedgerAccounts = {
  received: 5,
  rejected: 1,
  delivered: 4,
  retrying: 0,
  parked: 0,
  permanently_failed: 0,
  in_flight: 0,
  stranded: 0,
  unaccounted: 0,
}
const contents = { schema_version: "0009_x", tables: { lead: 5 }, ledger: { counters: ledger, rows: ledger } }

const day = 86_400_000
const now = new Date("2026-01-21T10:35:00.123Z")
const daysAgo = (days: number) => nameAt(new Date(now.getTime() - days * day))

/** Writes a backup into a folder: a dump of these bytes, and its manifest. */
const writeBackup = (folder: string, name: string, ending = ".dump") => {
  const dump = Buffer.from(`dump of ${name}`)
  const sha256 = createHash("sha256").update(dump).digest("hex")
  const manifest: Manifest = {
    format: 1,
    name,
    taken_at: "2026-01-21T10:35:00.123Z",
    duration_ms: 1500,
    gateway: "1.2.3",
    postgres: "15.18",
    pg_dump: "15.18",
    file: { name: name + ending, bytes: dump.length, sha256, encryption: null },
    contents,
  }
  writeFileSync(join(folder, name + ending), dump)
  writeFileSync(join(folder, `${name}.json`), JSON.stringify(manifest))
  return manifest
}

const check = async (path: string) => {
  const place = await Effect.runPromise(openPlace(path))
  const { signal } = new AbortController()
  const manifest = await readManifest(place, signal)
  await checkFile(place.store, manifest, signal)
  return manifest.name
}

const rejection = (promise: Promise<unknown>) =>
  promise.then(
    () => "none",
    (error: unknown) => (error as { readonly message: string }).message,
  )

describe("the files of a backup", () => {
  it.live("are found by the folder, the dump or the manifest, and of a folder the newest", () =>
    Effect.gen(function* () {
      const folder = yield* scratchFolder()
      const [older, newer] = [daysAgo(2), daysAgo(1)]
      writeBackup(folder, newer)
      writeBackup(folder, older)
      writeFileSync(join(folder, "zzz.json"), "{}")
      const names = yield* Effect.promise(() =>
        Promise.all([folder, join(folder, `${older}.dump`), join(folder, `${older}.json`)].map(check)),
      )
      assert.deepStrictEqual(names, [newer, older, older])
    }),
  )

  it.live("are refused when one is missing, cut off, changed or no manifest", () =>
    Effect.gen(function* () {
      const folder = yield* scratchFolder()
      const name = daysAgo(1)
      const [dump, manifest] = [join(folder, `${name}.dump`), join(folder, `${name}.json`)]
      const refusedAfter = (damage: () => void, path = folder) =>
        Effect.promise(async () => {
          for (const file of readdirSync(folder)) rmSync(join(folder, file))
          writeBackup(folder, name)
          assert.strictEqual(await rejection(check(path)), "none")
          damage()
          return rejection(check(path))
        })
      assert.match(
        yield* refusedAfter(() => {
          const bytes = readFileSync(dump)
          bytes[3] = (bytes[3] ?? 0) ^ 1
          writeFileSync(dump, bytes)
        }),
        /does not have the SHA-256 of its manifest$/,
      )
      assert.match(
        yield* refusedAfter(() => truncateSync(dump, 10)),
        /has 10 bytes, not the \d+ of its manifest$/,
      )
      assert.match(yield* refusedAfter(() => rmSync(dump)), /\.dump is missing$/)
      assert.match(yield* refusedAfter(() => truncateSync(manifest, 30)), /is no manifest of a backup$/)
      assert.match(
        yield* refusedAfter(() => writeFileSync(manifest, '{"format":2}')),
        /is no manifest of a backup$/,
      )
      assert.match(
        yield* refusedAfter(() => renameSync(manifest, `${manifest}.partial`), dump),
        /\.json is missing: the backup is incomplete$/,
      )
      assert.match(yield* refusedAfter(() => rmSync(manifest)), /holds no backup$/)
    }),
  )

  it("have the time in their names, to the millisecond", () => {
    assert.strictEqual(nameAt(now), "lead-gateway-20260121T103500123Z")
    assert.deepStrictEqual(timeOf("lead-gateway-20260121T103500123Z.dump.age"), now)
    for (const other of [
      "lead-gateway-x.dump",
      "lead-gateway-20260121T103500123Z.txt",
      "lead-gateway-20269921T103500123Z.dump",
    ]) {
      assert.isUndefined(timeOf(other), other)
    }
  })
})

describe("rotation", () => {
  const names = [40, 10, 3, 2, 1].map(daysAgo)
  it("keeps so many, and none that is too old, but always the newest", () => {
    const since = new Date(now.getTime() - 5 * day)
    assert.deepStrictEqual(outdated(names, { keep: undefined, since: undefined }), [])
    assert.deepStrictEqual(outdated(names, { keep: 2, since: undefined }), names.slice(0, 3))
    assert.deepStrictEqual(outdated(names, { keep: 4, since }), names.slice(0, 2))
    assert.deepStrictEqual(outdated(names, { keep: undefined, since: now }), names.slice(0, 4))
  })

  it.live(
    "removes remains of a day ago, and touches no file of another name nor one that is being written",
    () =>
      Effect.gen(function* () {
        const folder = yield* scratchFolder()
        for (const days of [3, 2, 1]) writeBackup(folder, daysAgo(days), days === 3 ? ".dump.age" : ".dump")
        const others = [
          "notes.txt",
          "lead-gateway.dump",
          `${daysAgo(0.5)}.dump.partial`,
          `${daysAgo(0.1)}.dump`,
        ]
        for (const file of [
          ...others,
          `${daysAgo(4)}.dump`,
          `${daysAgo(5)}.dump.age.partial`,
          `${daysAgo(1.5)}.json.partial`,
        ]) {
          writeFileSync(join(folder, file), "")
        }
        const removed = yield* Effect.promise(() =>
          rotate(folderStore(folder), { keep: 2, since: undefined }, now),
        )
        assert.deepStrictEqual(removed, [daysAgo(3)])
        assert.deepStrictEqual(
          readdirSync(folder).toSorted(),
          [
            ...others,
            ...[2, 1].flatMap((days) => [`${daysAgo(days)}.dump`, `${daysAgo(days)}.json`]),
          ].toSorted(),
        )
      }),
  )
})

describe("a restored database", () => {
  it("is compared table by table and account by account", () => {
    assert.deepStrictEqual(differences(contents, contents), [])
    const other = {
      schema_version: "0009_x",
      tables: { lead: 4, audit: 0 },
      ledger: { counters: ledger, rows: { ...ledger, delivered: 3, unaccounted: 1 } },
    }
    assert.deepStrictEqual(differences(contents, other), [
      "rows of lead: the backup has 5, the database 4",
      "rows of audit: the backup has none, the database 0",
      "ledger by rows, delivered: the backup has 4, the database 3",
      "ledger by rows, unaccounted: the backup has 0, the database 1",
    ])
    assert.deepStrictEqual(imbalances(contents), [])
    assert.deepStrictEqual(imbalances(other), [
      "unaccounted by the rows: 1",
      "delivered: the counters have 4, the rows 3",
      "unaccounted: the counters have 0, the rows 1",
    ])
  })
})

describe("the programs of a backup", () => {
  it("get the database by their environment, and none of the other settings", () => {
    const url = "postgres://lead%40x:p%40ss%2Fword@[::1]:5433/my%20leads?connect_timeout=7"
    process.env["SHARED_SECRET"] = "secret-of-senders"
    process.env["PGSERVICE"] = "elsewhere"
    const env = libpqEnvironment({ url: Redacted.make(url), ssl: { rejectUnauthorized: false } })
    delete process.env["SHARED_SECRET"]
    delete process.env["PGSERVICE"]
    assert.deepInclude(env, {
      PGHOST: "::1",
      PGPORT: "5433",
      PGUSER: "lead@x",
      PGPASSWORD: "p@ss/word",
      PGDATABASE: "my leads",
      PGCONNECT_TIMEOUT: "7",
      PGSSLMODE: "require",
    })
    assert.notProperty(env, "SHARED_SECRET")
    assert.notProperty(env, "PGSERVICE")
    const verified = libpqEnvironment({ url: Redacted.make("postgres://db/leads"), ssl: true })
    assert.deepInclude(verified, { PGHOST: "db", PGPORT: "5432", PGSSLMODE: "verify-full" })
    assert.isNotEmpty(verified["PGSSLROOTCERT"])
  })

  it("are quoted without what may be data of leads", () => {
    const errors = [
      'pg_restore: error: COPY failed for table "lead": ERROR:  invalid input syntax for type json',
      'DETAIL:  Token "anna@example.com" is invalid.',
      "CONTEXT:  COPY lead, line 1: 1 anna@example.com",
      "Command was: INSERT INTO lead VALUES ('anna@example.com')",
      "age: error: no identity matched any of the recipients",
    ].join("\n")
    assert.deepStrictEqual(withoutData(errors), [
      'pg_restore: error: COPY failed for table "lead"',
      "age: error: no identity matched any of the recipients",
    ])
  })
})

describe("the metrics of a backup", () => {
  it.live("are text that Prometheus reads, written whole, and readable by its collector", () =>
    Effect.gen(function* () {
      const folder = yield* scratchFolder()
      const manifest = writeBackup(folder, nameAt(now))
      const path = join(folder, "backup.prom")
      yield* Effect.promise(() => writeMetrics(path, manifest))
      assert.strictEqual(readFileSync(path, "utf8"), metricsOf(manifest))
      assert.deepStrictEqual(
        metricsOf(manifest)
          .split("\n")
          .filter((line) => !line.startsWith("#")),
        [
          "lead_gateway_backup_last_success_timestamp_seconds 1768991700.123",
          `lead_gateway_backup_size_bytes ${manifest.file.bytes}`,
          "lead_gateway_backup_duration_seconds 1.5",
          "",
        ],
      )
      assert.isFalse(readdirSync(folder).some((file) => file.endsWith(".partial")))
    }),
  )
})
