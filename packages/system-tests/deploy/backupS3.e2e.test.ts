/** Backup to a store of S3's kind, and restore from it, with the real pg_dump, pg_restore and age. */
import { assert, layer } from "@effect/vitest"
import { TestS3 } from "@lead-gateway/testkit"
import { Effect } from "effect"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { makeEmptyFolder } from "../faults/support/places.ts"
import { until } from "../faults/support/until.ts"
import { ageKey, Backups, objectsIn, rows, writeScript } from "./support/backups.ts"

/** A migrated database, and a bucket for its backups. */
const prepare = Effect.gen(function* () {
  const backups = yield* Backups
  const { url } = yield* backups.migrated
  const s3 = yield* TestS3.make
  const to = `${s3.bucketUrl}/nights`
  const options = { database: url, env: s3.env }
  const backup = (...flags: ReadonlyArray<string>) =>
    backups.run(["backup", "--to", to, "--json", ...flags], options)
  const taken = (...flags: ReadonlyArray<string>) =>
    Effect.map(backup(...flags), ({ code, stderr, stdout }) => {
      assert.strictEqual(code, 0, stderr)
      return (JSON.parse(stdout) as { readonly manifest: { readonly name: string } }).manifest.name
    })
  const restore = (...flags: ReadonlyArray<string>) =>
    Effect.flatMap(backups.database, (empty) =>
      Effect.map(backups.run(["restore", ...flags], { database: empty.url, env: s3.env }), (ended) => ({
        ...ended,
        url: empty.url,
      })),
    )
  const keys = () => [...s3.bucket.objects.keys()].toSorted()
  return { ...backups, backup, keys, options, restore, s3, taken, to }
})

layer(Backups.layer, { excludeTestServices: true })("a bucket", (it) => {
  it.effect(
    "has encrypted backups, rotated, which are restored by prefix or name unless they are damaged",
    () =>
      Effect.gen(function* () {
        const { age, keys, options, restore, s3, taken, to } = yield* prepare
        const key = yield* ageKey(age)
        const sealed = ["--recipient", key.recipient, "--keep", "1"]
        yield* taken(...sealed)
        const name = yield* taken(...sealed)
        const dump = `nights/${name}.dump.age`
        assert.deepStrictEqual(keys(), [dump, `nights/${name}.json`])
        assert.strictEqual(s3.bucket.uploads.size, 0)
        const data = s3.bucket.objects.get(dump) ?? Buffer.alloc(1)
        assert.match(data.toString("latin1"), /^age-encryption\.org/)

        const migrations = "SELECT count(*)::int AS count FROM schema_migration"
        const [expected] = yield* rows<{ count: number }>(options.database, migrations)
        const restored = yield* restore(to, "--identity", key.file)
        assert.strictEqual(restored.code, 0, restored.stderr)
        assert.include(restored.stdout, `restored ${name}: 0 leads`)
        assert.deepStrictEqual((yield* rows<{ count: number }>(restored.url, migrations))[0], expected)

        data.writeUInt8(data.readUInt8(data.length >> 1) ^ 1, data.length >> 1)
        const damaged = yield* restore(`${to}/${name}.dump.age`, "--identity", key.file)
        assert.strictEqual(damaged.code, 1)
        assert.match(damaged.stderr, /s3:\/\/\S+\.dump\.age does not have the SHA-256 of its manifest/)
        assert.strictEqual(yield* objectsIn(damaged.url), 0)
      }),
  )

  it.effect("has nothing that looks whole of a backup that was killed, interrupted or refused", () =>
    Effect.gen(function* () {
      const { backup, keys, options, pgBin, s3, spawn, to } = yield* prepare
      for (const ending of ["dump", "json"])
        s3.bucket.objects.set(`nights/lead-gateway-20260121T103500123Z.${ending}`, Buffer.from("{}"))
      const before = keys()
      const bin = join(yield* makeEmptyFolder, "bin")
      const seen = join(bin, "seen")
      writeScript(bin, "pg_restore", `exec '${join(pgBin, "pg_restore")}' "$@"`)
      const version = `[ "$1" = --version ] && exec echo 'pg_dump (PostgreSQL) 18.1'`
      writeScript(bin, "pg_dump", `${version}\nenv > '${seen}'; exec sleep 600`)
      for (const signal of ["SIGKILL", "SIGINT"] as const) {
        const begun = signal === "SIGKILL" ? 1 : 2
        const process = yield* spawn(["backup", "--to", to, "--keep", "1", "--pg-bin", bin], options)
        assert.isTrue(yield* until(() => s3.bucket.uploads.size === begun, 60_000))
        assert.isTrue(yield* until(() => existsSync(seen), 60_000))
        yield* process.kill(signal)
        yield* process.exited
        // Who is killed cannot take back the upload: a rotation does, a day later.
        assert.isTrue(yield* until(() => s3.bucket.uploads.size === 1, 10_000))
        assert.deepStrictEqual(keys(), before)
      }
      const environment = readFileSync(seen, "utf8")
      assert.include(environment, "PGPASSWORD=")
      assert.notInclude(environment, "AWS_")

      s3.faults(({ method, query }) =>
        method === "PUT" && query.has("partNumber") ? { status: 403, body: "" } : undefined,
      )
      const refused = yield* backup("--keep", "1")
      assert.deepStrictEqual([refused.code, refused.stdout], [1, ""])
      assert.match(refused.stderr, /PUT s3:\/\/leads\/nights\/\S+: 403/)
      assert.notInclude(refused.stderr, options.env["AWS_SECRET_ACCESS_KEY"] ?? "")
      assert.deepStrictEqual(keys(), before)
      assert.strictEqual(s3.bucket.uploads.size, 1)
    }),
  )
})
