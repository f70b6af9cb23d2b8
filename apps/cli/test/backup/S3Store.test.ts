import { assert, describe, it } from "@effect/vitest"
import { type BackupStoreSettings, backupStoreSettings, loadSettings } from "@lead-gateway/config"
import { type S3Fault, TestS3 } from "@lead-gateway/testkit"
import { Effect } from "effect"
import { createHash, randomBytes } from "node:crypto"
import { tmpdir } from "node:os"
import type { BackupStore } from "../../src/backup/BackupStore.ts"
import { nameAt } from "../../src/backup/Manifest.ts"
import { openPlace } from "../../src/backup/openStore.ts"
import { rotate } from "../../src/backup/rotate.ts"
import { s3Store } from "../../src/backup/S3Store.ts"

/** The least that a store permits. */
const part = 5 * 1024 ** 2

const never = new AbortController().signal

const settingsOf = (env: Readonly<Record<string, string>>) =>
  Effect.map(loadSettings(backupStoreSettings, { env, directory: tmpdir() }), ({ value }) => value)

const open = (settings: BackupStoreSettings, prefix = "night/") =>
  s3Store(settings, { bucket: "leads", prefix }, part)

const prepare = Effect.gen(function* () {
  const s3 = yield* TestS3.make
  const settings = yield* settingsOf(s3.env)
  return { s3, settings, store: open(settings) }
})

const sha256 = (data: Buffer) => createHash("sha256").update(data).digest("hex")

/** Uploads data in chunks of an odd size. */
const upload = async (store: BackupStore, file: string, data: Buffer, hash = sha256(data)) => {
  const created = await store.create(file, never)
  for (let from = 0; from < data.length; from += 700_001)
    await created.append(data.subarray(from, from + 700_001))
  await created.finish(hash)
}

const contentOf = async (store: BackupStore, file: string) => {
  const chunks: Array<Buffer> = []
  for await (const chunk of store.read(file, never)) chunks.push(chunk)
  return Buffer.concat(chunks)
}

const rejection = (promise: Promise<unknown>) =>
  Effect.promise(() =>
    promise.then(
      () => "none",
      (error: unknown) => (error as Error).message,
    ),
  )

describe("a store of S3's kind", () => {
  it.live("takes a file in parts of one size and gives it back", () =>
    Effect.gen(function* () {
      const { s3, store } = yield* prepare
      for (const size of [0, 1, part, 3 * part + 5]) {
        const data = randomBytes(size)
        yield* Effect.promise(() => upload(store, "a.dump", data))
        assert.strictEqual(yield* Effect.promise(() => store.sizeOf("a.dump")), size)
        assert.isTrue((yield* Effect.promise(() => contentOf(store, "a.dump"))).equals(data))
      }
      assert.strictEqual(s3.requests().filter((one) => one.startsWith("PUT")).length, 1 + 1 + 1 + 4)
      assert.deepStrictEqual([...s3.bucket.objects.keys()], ["night/a.dump"])
      assert.strictEqual(s3.bucket.uploads.size, 0)
    }),
  )

  it.live("lists what is directly below the prefix, over several pages", () =>
    Effect.gen(function* () {
      const { s3, settings, store } = yield* prepare
      const names = ["a", "b", "c", "d", "e&e", "f", "g"]
      for (const name of names) yield* Effect.promise(() => store.write(name, "{}"))
      for (const key of ["night/older/a", "nightly", "other"]) s3.bucket.objects.set(key, Buffer.from(""))
      assert.deepStrictEqual(yield* Effect.promise(() => store.list()), names)
      const root = yield* Effect.promise(() => open(settings, "").list())
      assert.deepStrictEqual(root, ["nightly", "other"])
      yield* Effect.promise(() => store.remove("a"))
      yield* Effect.promise(() => store.remove("a"))
      assert.strictEqual(yield* Effect.promise(() => store.sizeOf("a")), undefined)
    }),
  )

  it.live("has nothing of a file that is discarded, nor of one that is not what was written", () =>
    Effect.gen(function* () {
      const { s3, store } = yield* prepare
      const created = yield* Effect.promise(() => store.create("a.dump", never))
      yield* Effect.promise(() => created.append(randomBytes(2 * part)))
      assert.strictEqual(s3.bucket.uploads.size, 1)
      assert.strictEqual(s3.bucket.objects.size, 0)
      yield* Effect.promise(() => created.discard())
      assert.strictEqual(s3.bucket.uploads.size, 0)

      const other = yield* Effect.promise(() => store.create("a.dump", never))
      yield* Effect.promise(() => other.append(Buffer.from("abc")))
      const message = yield* rejection(other.finish(sha256(Buffer.from("abd"))))
      assert.strictEqual(message, "s3://leads/night/a.dump is not what was written to it")
      yield* Effect.promise(() => other.discard())
      assert.strictEqual(s3.bucket.objects.size, 0)
    }),
  )

  it.live(
    "is asked again after failures that may pass, also when the answer to the last request was lost",
    () =>
      Effect.gen(function* () {
        const { s3, store } = yield* prepare
        const seen = new Set<string>()
        const once = (what: string) => !seen.has(what) && seen.add(what)
        const fault: S3Fault = ({ key, method, query }) => {
          if (method === "PUT" && once("part")) return { status: 503 }
          if (method === "PUT" && once("part again")) return "cut"
          if (method === "GET" && once("read")) return { status: 500 }
          const id = query.get("uploadId")
          if (method !== "POST" || id === null) return undefined
          if (once("complete")) {
            const body = "<Error><Code>InternalError</Code></Error>"
            return { status: 200, headers: { "content-type": "application/xml" }, body }
          }
          const parts = s3.bucket.uploads.get(id)?.parts.values() ?? []
          if (!once("lost")) return undefined
          s3.bucket.objects.set(key, Buffer.concat([...parts]))
          s3.bucket.uploads.delete(id)
          return "cut"
        }
        s3.faults(fault)
        const data = randomBytes(part + 1)
        yield* Effect.promise(() => upload(store, "a.dump", data))
        assert.isTrue(s3.bucket.objects.get("night/a.dump")?.equals(data))
        assert.strictEqual(seen.size, 5)
      }),
  )

  it.live("is not asked again when the command is interrupted meanwhile", () =>
    Effect.gen(function* () {
      const { s3, store } = yield* prepare
      const stop = new AbortController()
      s3.faults(() => {
        stop.abort()
        return { status: 503 }
      })
      assert.notStrictEqual(yield* rejection(store.create("a.dump", stop.signal)), "none")
      assert.strictEqual(s3.requests().length, 1)
    }),
  )

  it.live("that refuses is reported by its code, without a secret, and not asked again", () =>
    Effect.gen(function* () {
      const { s3, settings } = yield* prepare
      const wrong = yield* settingsOf({ ...s3.env, AWS_SECRET_ACCESS_KEY: "another secret" })
      const refused = yield* rejection(open(wrong).create("a.dump", never))
      assert.strictEqual(
        refused,
        "POST s3://leads/night/a.dump: 403 SignatureDoesNotMatch No <SignatureDoesNotMatch>",
      )
      assert.strictEqual(s3.requests().length, 1)
      const elsewhere = s3Store(settings, { bucket: "others", prefix: "" })
      assert.strictEqual(yield* rejection(elsewhere.list()), "there is no such bucket: s3://others/")
      const session = yield* settingsOf({ ...s3.env, AWS_SESSION_TOKEN: "token/of+session=" })
      assert.deepStrictEqual(yield* Effect.promise(() => open(session).list()), [])
    }),
  )

  it.live("is rid of uploads that were left a day ago, and of no others", () =>
    Effect.gen(function* () {
      const { s3, store } = yield* prepare
      const now = new Date()
      const ago = (hours: number) => `${nameAt(new Date(now.getTime() - hours * 3_600_000))}.dump`
      const [older, newer] = [ago(25), ago(23)]
      for (const file of [older, newer, "another.dump"])
        yield* Effect.promise(() => store.create(file, never))
      yield* Effect.promise(() => rotate(store, { keep: undefined, since: undefined }, now))
      const left = [...s3.bucket.uploads.values()].map(({ key }) => key)
      assert.deepStrictEqual(left, [`night/${newer}`, "night/another.dump"])
      // Some keys may not list uploads: the rotation is not worth a failed backup.
      s3.faults(({ query }) => (query.has("uploads") ? { status: 403 } : undefined))
      yield* Effect.promise(() => rotate(store, { keep: undefined, since: undefined }, now))
    }),
  )

  it.effect.each(["s3://", "s3:/leads/x", "s3://Leads", "s3://leads/a b", "s3://leads/../x", "S3://leads"])(
    "is not named by %s",
    (url) =>
      Effect.gen(function* () {
        const { message } = yield* Effect.flip(openPlace(url))
        assert.match(message, /^expected s3:\/\/bucket or s3:\/\/bucket\/prefix/)
      }),
  )

  it.effect("needs a key, and says all that is missing", () =>
    Effect.gen(function* () {
      const { message } = yield* Effect.flip(openPlace("s3://leads/nights"))
      assert.match(message, /AWS_ACCESS_KEY_ID: is missing.*\nAWS_SECRET_ACCESS_KEY: is missing/)
    }),
  )
})
