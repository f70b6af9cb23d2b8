/** Backup and restore with the real pg_dump, pg_restore and age: what is restored is what was there, or nothing is. */
import { assert, layer } from "@effect/vitest"
import { TestCustomer } from "@lead-gateway/testkit"
import { Effect, Fiber } from "effect"
import { createHash } from "node:crypto"
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { makeFullDisk } from "../faults/support/FullDisk.ts"
import { makeEmptyFolder } from "../faults/support/places.ts"
import { until } from "../faults/support/until.ts"
import { ageKey, Backups, objectsIn, rows, startGateway, validLead, writeScript } from "./support/backups.ts"

interface Manifest {
  readonly taken_at: string
  readonly name: string
  readonly file: { readonly name: string; readonly bytes: number; readonly sha256: string }
  readonly contents: { readonly tables: Readonly<Record<string, number>> }
}

/** A migrated database and a folder for its backups. */
const prepare = Effect.gen(function* () {
  const backups = yield* Backups
  const { url } = yield* backups.migrated
  const folder = yield* makeEmptyFolder
  const backup = (...flags: ReadonlyArray<string>) =>
    backups.run(["backup", "--to", folder, "--json", ...flags], { database: url })
  const taken = (...flags: ReadonlyArray<string>) =>
    Effect.map(backup(...flags), ({ code, stderr, stdout }) => {
      assert.strictEqual(code, 0, stderr)
      return (JSON.parse(stdout) as { readonly manifest: Manifest }).manifest
    })
  return { ...backups, backup, folder, taken, url }
})

/** Asserts that restoring is refused, for this reason, and that the database is empty afterwards. */
const assertRefused = Effect.fnUntraced(function* (reason: RegExp, ...line: ReadonlyArray<string>) {
  const { database, run } = yield* Backups
  const { url } = yield* database
  const refused = yield* run(["restore", ...line], { database: url })
  assert.strictEqual(refused.code, 1, refused.stdout)
  assert.match(refused.stderr, reason)
  assert.strictEqual(yield* objectsIn(url), 0)
})

layer(Backups.layer, { excludeTestServices: true })("a backup", (it) => {
  it.effect(
    "that is taken while leads arrive has every lead acknowledged before, and a restored gateway goes on with them",
    () =>
      Effect.gen(function* () {
        const { age, database, folder, run, taken, url } = yield* prepare
        const customer = yield* TestCustomer.make()
        const key = yield* ageKey(age)
        const before = yield* startGateway(url, customer)
        const acknowledged: Array<number> = []
        const sending = new AbortController()
        const sender = Effect.gen(function* () {
          while (!sending.signal.aborted) {
            const id = yield* before.post(validLead)
            if (id !== undefined) acknowledged.push(id)
            yield* Effect.sleep("20 millis")
          }
        })
        const senders = yield* Effect.forkChild(
          Effect.all([sender, sender, sender, sender], { concurrency: 4 }),
        )
        yield* until(() => acknowledged.length > 20, 60_000)
        const mustBeThere = [...acknowledged]
        const metrics = join(folder, "backup.prom")
        const manifest = yield* taken("--recipient", key.recipient, "--metrics-file", metrics)
        // Leads arrive after it, too.
        yield* until(() => acknowledged.length > (manifest.contents.tables["lead"] ?? 0), 60_000)
        sending.abort()
        yield* Fiber.join(senders)
        // The machine is lost.
        yield* before.process.kill("SIGKILL")
        yield* before.process.exited
        assert.isAbove(mustBeThere.length, 20)
        assert.isAbove(acknowledged.length, manifest.contents.tables["lead"] ?? 0)
        assert.match(manifest.file.name, /^lead-gateway-\d{8}T\d{9}Z\.dump\.age$/)
        assert.include(
          readFileSync(join(folder, manifest.file.name), "latin1").slice(0, 30),
          "age-encryption.org",
        )
        const seconds = Date.parse(manifest.taken_at) / 1000
        assert.include(
          readFileSync(metrics, "utf8"),
          `\nlead_gateway_backup_last_success_timestamp_seconds ${seconds}\n`,
        )

        const { url: fresh } = yield* database
        const restored = yield* run(["restore", folder, "--identity", key.file], { database: fresh })
        assert.strictEqual(restored.code, 0, restored.stderr)
        assert.include(restored.stdout, "every table and the ledger agree with the manifest")

        const after = yield* startGateway(fresh, customer)
        const found = yield* rows<{ id: bigint }>(fresh, "SELECT id FROM lead")
        const ids = new Set(found.map(({ id }) => Number(id)))
        assert.deepStrictEqual(
          mustBeThere.filter((id) => !ids.has(id)),
          [],
        )
        const next = (yield* after.post(validLead)) ?? 0
        assert.isAbove(next, Math.max(...acknowledged))
        for (;;) {
          const { json } = yield* after.ask("/stats/leads/counts")
          if (json["delivered"] === ids.size + 1) break
          yield* Effect.sleep("100 millis")
        }
        const ledger = yield* run(["ledger"], { database: fresh })
        assert.strictEqual(ledger.code, 0, ledger.stderr)
        assert.include(ledger.stdout, "the ledger balances")
        // What was sent before and after has the same key both times: the customer can tell.
        const keys = yield* rows<{ key: string }>(fresh, "SELECT idempotency_key::text AS key FROM delivery")
        const sent = new Set(customer.requests().map(({ headers }) => headers["idempotency-key"]))
        assert.strictEqual(keys.filter(({ key }) => sent.has(key)).length, keys.length)
      }),
    240_000,
  )

  it.effect("that is damaged is refused before anything is changed", () =>
    Effect.gen(function* () {
      const { folder, taken } = yield* prepare
      const { file } = yield* taken()
      const path = join(folder, file.name)
      const damaged = readFileSync(path)
      const middle = Math.floor(damaged.length / 2)
      damaged.writeUInt8(damaged.readUInt8(middle) ^ 1, middle)
      writeFileSync(path, damaged)
      yield* assertRefused(/does not have the SHA-256 of its manifest/, folder)
    }),
  )

  it.effect("whose dump was exchanged with its checksum cannot be restored in part", () =>
    Effect.gen(function* () {
      const { folder, taken } = yield* prepare
      const { file, name } = yield* taken()
      const manifest = join(folder, `${name}.json`)
      const cut = readFileSync(join(folder, file.name)).subarray(0, Math.floor(file.bytes * 0.9))
      writeFileSync(join(folder, file.name), cut)
      const sha256 = createHash("sha256").update(cut).digest("hex")
      const text = readFileSync(manifest, "utf8")
      writeFileSync(
        manifest,
        text.replace(file.sha256, sha256).replace(`"bytes": ${file.bytes}`, `"bytes": ${cut.length}`),
      )
      yield* assertRefused(/pg_restore ended with 1/, folder)
    }),
  )

  it.effect("is restored only into an empty database, and by the right key", () =>
    Effect.gen(function* () {
      const { age, database, folder, run, taken, url } = yield* prepare
      const [key, other] = yield* Effect.all([ageKey(age), ageKey(age)])
      yield* taken("--recipient", key.recipient)
      const full = yield* run(["restore", folder, "--identity", key.file], { database: url })
      assert.strictEqual(full.code, 1)
      assert.match(full.stderr, /the database is not empty: it has \w+; restore into a new one/)
      yield* assertRefused(/age: error: no identity matched/, folder, "--identity", other.file)
      yield* assertRefused(/is encrypted: name the file of the secret key by --identity/, folder)
      const { url: fresh } = yield* database
      const restored = yield* run(["restore", folder, "--identity", key.file], { database: fresh })
      assert.strictEqual(restored.code, 0, restored.stderr)
    }),
  )

  it.effect(
    "that finds the disk full leaves no file that looks whole, and none of those before is touched",
    () =>
      Effect.gen(function* () {
        const { folder, path, run, taken, url } = yield* prepare
        const metrics = join(folder, "backup.prom")
        yield* taken("--metrics-file", metrics)
        const before = readdirSync(folder).toSorted()
        const metricsBefore = readFileSync(metrics, "utf8")
        const disk = yield* makeFullDisk
        disk.fill()
        const failed = yield* run(["backup", "--to", folder, "--keep", "1", "--metrics-file", metrics], {
          database: url,
          // Postgres' programs write into pipes, which are never full.
          env: { ...disk.env, PATH: path, NODE_DISABLE_COMPILE_CACHE: "1" },
        })
        assert.strictEqual(failed.code, 1)
        assert.match(failed.stderr, /ENOSPC: no space left on device/)
        assert.deepStrictEqual(readdirSync(folder).toSorted(), before)
        assert.strictEqual(readFileSync(metrics, "utf8"), metricsBefore)
      }),
  )

  it.effect("removes older ones once it is whole, and a program that fails removes none", () =>
    Effect.gen(function* () {
      const { backup, folder, pgBin, taken } = yield* prepare
      const names = [yield* taken(), yield* taken(), yield* taken("--keep", "2")].map(({ name }) => name)
      writeFileSync(join(folder, "notes.txt"), "not ours")
      const left = () => readdirSync(folder).toSorted()
      const kept = [
        ...names.slice(1).flatMap((name) => [`${name}.dump`, `${name}.json`]),
        "notes.txt",
      ].toSorted()
      assert.deepStrictEqual(left(), kept)

      const bin = join(yield* makeEmptyFolder, "bin")
      writeScript(bin, "pg_restore", `exec '${join(pgBin, "pg_restore")}' "$@"`)
      const dump = `case "$1" in --version) echo 'pg_dump (PostgreSQL) 18.1';; *) `
      writeScript(
        bin,
        "pg_dump",
        `${dump} '${join(pgBin, "pg_dump")}' "$@" | head -c 5000; kill -9 $$;; esac`,
      )
      const killed = yield* backup("--keep", "1", "--pg-bin", bin)
      assert.deepStrictEqual([killed.code, killed.stdout], [1, ""])
      assert.match(killed.stderr, /pg_dump ended with SIGKILL/)
      writeScript(bin, "pg_dump", `${dump} '${join(pgBin, "pg_dump")}' "$@" | head -c 5000;; esac`)
      const cut = yield* backup("--keep", "1", "--pg-bin", bin)
      assert.strictEqual(cut.code, 1)
      assert.match(cut.stderr, /pg_restore ended with 1/)
      writeScript(bin, "pg_dump", "echo 'pg_dump (PostgreSQL) 9.6'")
      const old = yield* backup("--keep", "1", "--pg-bin", bin)
      assert.match(old.stderr, /pg_dump 9\.6 cannot dump Postgres \d+: install postgresql-client-\d+/)
      const none = yield* backup("--keep", "1", "--pg-bin", join(bin, "nowhere"))
      assert.match(none.stderr, /there is no .*pg_dump: install postgresql-client/)
      assert.deepStrictEqual(left(), kept)
    }),
  )

  it.effect("that is interrupted leaves nothing and ends with 130", () =>
    Effect.gen(function* () {
      const { folder, pgBin, spawn, url } = yield* prepare
      const bin = join(yield* makeEmptyFolder, "bin")
      writeScript(bin, "pg_restore", `exec '${join(pgBin, "pg_restore")}' "$@"`)
      writeScript(
        bin,
        "pg_dump",
        `[ "$1" = --version ] && exec echo 'pg_dump (PostgreSQL) 18.1'; exec sleep 600`,
      )
      const process = yield* spawn(["backup", "--to", folder, "--pg-bin", bin], { database: url })
      while (!readdirSync(folder).some((file) => file.endsWith(".dump.partial")))
        yield* Effect.sleep("20 millis")
      yield* process.kill("SIGINT")
      assert.strictEqual((yield* process.exited).code, 130)
      assert.deepStrictEqual(readdirSync(folder), [])
    }),
  )

  it.effect("is tried by a drill, which leaves nothing and names what differs", () =>
    Effect.gen(function* () {
      const { folder, run, serverUrl, taken, url } = yield* prepare
      const { name } = yield* taken()
      const drills = rows<{ datname: string }>(
        serverUrl,
        "SELECT datname FROM pg_database WHERE datname LIKE '%\\_drill\\_%'",
      )
      const drill = yield* run(["restore", folder, "--drill"], { database: url })
      assert.strictEqual(drill.code, 0, drill.stderr)
      assert.match(drill.stdout, /^the drill restored lead-gateway-\d{8}T\d{9}Z: 0 leads, as of /)
      assert.deepStrictEqual(yield* drills, [])

      const manifest = join(folder, `${name}.json`)
      writeFileSync(manifest, readFileSync(manifest, "utf8").replace('"lead": 0', '"lead": 3'))
      const differs = yield* run(["restore", folder, "--drill"], { database: url })
      assert.strictEqual(differs.code, 1)
      assert.match(
        differs.stderr,
        /differs from the backup:\n +rows of lead: the backup has 3, the database 0$/m,
      )
      assert.deepStrictEqual(yield* drills, [])
    }),
  )

  it.effect("shows no secret to other users of the machine, in no list of processes and in no output", () =>
    Effect.gen(function* () {
      const { backup, folder, pgBin, url } = yield* prepare
      const place = yield* makeEmptyFolder
      const seen = join(place, "seen")
      for (const name of ["pg_dump", "pg_restore"]) {
        writeScript(join(place, "bin"), name, `echo "$0 $@" >> '${seen}'; exec '${join(pgBin, name)}' "$@"`)
      }
      const { code, stderr, stdout } = yield* backup("--pg-bin", join(place, "bin"))
      assert.strictEqual(code, 0, stderr)
      const { password } = new URL(url)
      assert.isAbove(password.length, 5)
      assert.isTrue(existsSync(seen))
      for (const text of [readFileSync(seen, "utf8"), stdout, stderr]) assert.notInclude(text, password)
      const manifest = readdirSync(folder).find((file) => file.endsWith(".json")) ?? ""
      assert.notInclude(readFileSync(join(folder, manifest), "utf8"), password)
    }),
  )
})
