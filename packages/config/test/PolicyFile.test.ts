import { afterEach, assert, beforeEach, describe, it } from "@effect/vitest"
import { retrySettings } from "@lead-gateway/config"
import { describePolicy, loadPolicy } from "@lead-gateway/config/flow"
import { classify, compilePolicyOrThrow, defaultRetryPolicy, schedule } from "@lead-gateway/retry-policy"
import { Effect } from "effect"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { load } from "./world.ts"

let folder = ""
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), "lead-gateway-policy-"))))
afterEach(() => rmSync(folder, { recursive: true }))

const written = (content: unknown): string => {
  const path = join(folder, "policy.json")
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content))
  return path
}

const policyOf = (env: Record<string, string>) =>
  Effect.flatMap(load(retrySettings, env), ({ value }) => loadPolicy(value))

const secondsOf = (env: Record<string, string>) =>
  Effect.map(policyOf(env), (policy) => schedule(policy).map(({ waitMs }) => waitMs / 1000))

const diagnosticsOf = (env: Record<string, string>) =>
  Effect.map(Effect.flip(policyOf(env)), (error) =>
    error._tag === "PolicyFileInvalid"
      ? error.diagnostics.map((line) => line.replaceAll(folder, "…"))
      : [error.message],
  )

const steady = { backoff: { kind: "fixed", waits: ["1s", "2s", "3s"] } }
const exponential = { backoff: { kind: "exponential", base: "10s", factor: 3 }, max_attempts: 4 }
const linear = { backoff: { kind: "linear", base: "10s", step: "5s" }, max_attempts: 4 }

describe("loadPolicy", () => {
  it.effect("is the default policy where nothing is set", () =>
    Effect.gen(function* () {
      const policy = yield* policyOf({})
      assert.deepStrictEqual(policy, compilePolicyOrThrow(defaultRetryPolicy))
    }),
  )

  /** Seconds of waits by the file, and by the settings that win over it. */
  const rows: ReadonlyArray<readonly [unknown, Record<string, string>, ReadonlyArray<number>]> = [
    [undefined, { MAX_RETRY_ATTEMPTS: "3", RETRY_BACKOFF_BASE: "2s" }, [0, 2, 4]],
    [undefined, { MAX_RETRY_ATTEMPTS: "1" }, [0]],
    [exponential, {}, [0, 10, 30, 90]],
    [exponential, { MAX_RETRY_ATTEMPTS: "2" }, [0, 10]],
    [exponential, { RETRY_BACKOFF_BASE: "1s" }, [0, 1, 3, 9]],
    [linear, { RETRY_BACKOFF_BASE: "1s", MAX_RETRY_ATTEMPTS: "3" }, [0, 1, 6]],
    [steady, {}, [0, 1, 2, 3]],
    [steady, { MAX_RETRY_ATTEMPTS: "6" }, [0, 1, 2, 3, 3, 3]],
    [steady, { MAX_RETRY_ATTEMPTS: "3" }, [0, 1, 2]],
    [steady, { MAX_RETRY_ATTEMPTS: "1" }, [0]],
    [steady, { RETRY_BACKOFF_BASE: "5s" }, [0, 5, 10, 20]],
  ]
  it.effect.each(rows)("takes the file %j, and lets %j win over it", ([content, env, seconds]) =>
    Effect.gen(function* () {
      const file = content === undefined ? {} : { RETRY_POLICY_FILE: written(content) }
      assert.deepStrictEqual(yield* secondsOf({ ...file, ...env }), [...seconds])
    }),
  )

  it.effect("has the version of the document, or of its bytes, and says what wins over it", () =>
    Effect.gen(function* () {
      const versionOf = (env: Record<string, string>) => Effect.map(policyOf(env), ({ version }) => version)
      assert.strictEqual(yield* versionOf({ MAX_RETRY_ATTEMPTS: "3" }), "default-1 MAX_RETRY_ATTEMPTS=3")
      assert.match(
        String(yield* versionOf({ RETRY_POLICY_FILE: written(steady), RETRY_BACKOFF_BASE: "90s" })),
        /^[0-9a-f]{12} RETRY_BACKOFF_BASE=1m 30s$/,
      )
      assert.strictEqual(
        yield* versionOf({ RETRY_POLICY_FILE: written({ ...steady, version: "2026-01" }) }),
        "2026-01",
      )
    }),
  )

  it.effect("reports everything that is wrong in a file, each line with its name, repeated keys too", () =>
    Effect.gen(function* () {
      const wrong = (content: unknown) => diagnosticsOf({ RETRY_POLICY_FILE: written(content) })
      assert.deepStrictEqual(
        yield* wrong(
          '{"max_attempts":3,"max_attempts":0,"backoff":{"kind":"exponential","base":"30"},"retries":1}',
        ),
        [
          "…/policy.json: max_attempts: found a second time, expected every key once",
          ...(yield* wrong('{"max_attempts":0,"backoff":{"kind":"exponential","base":"30"},"retries":1}')),
        ],
      )
      const lines = yield* wrong({ ...exponential, max_attempts: 0, retries: 1 })
      assert.lengthOf(lines, 2)
      for (const line of lines)
        assert.match(line, /^…\/policy\.json: (max_attempts|retries): found .*, expected /)
      assert.deepStrictEqual(yield* wrong("[]"), [
        "…/policy.json: retry policy: found [], expected an object with the keys backoff and max_attempts",
      ])
      assert.match((yield* wrong("{"))[0] ?? "", /^…\/policy\.json: .*JSON/)
      assert.deepStrictEqual(yield* diagnosticsOf({ RETRY_POLICY_FILE: join(folder, "none.json") }), [
        'RETRY_POLICY_FILE: "…/none.json" cannot be read (ENOENT); use the path of a readable file of JSON',
      ])
    }),
  )

  it.effect("reads numbers with all their digits, also where a double holds them", () =>
    Effect.gen(function* () {
      const body = '{ "path": "code", "one_of": [1e18, 9007199254740992, 12345678901234567890] }'
      const rows = `[{ "status": "2xx", "body": ${body}, "means": "retry", "fault": "lead" }]`
      const content = JSON.stringify(steady).replace(/}$/, `, "classification": ${rows}}`)
      const policy = yield* policyOf({ RETRY_POLICY_FILE: written(content) })
      const meansOf = (code: string) =>
        classify(policy, { _tag: "Answered", status: 200, body: `{"code":${code}}` }).means
      for (const code of ["1000000000000000000", "9007199254740992", "12345678901234567890"])
        assert.strictEqual(meansOf(code), "retry", code)
      for (const code of ["9007199254740993", "12345678901234567891", "1"])
        assert.strictEqual(meansOf(code), "delivered", code)
    }),
  )

  it.effect("says which setting a file leaves no room for", () =>
    Effect.gen(function* () {
      const RETRY_POLICY_FILE = written({ ...exponential, cap: "20s" })
      const [line, ...more] = yield* diagnosticsOf({ RETRY_POLICY_FILE, RETRY_BACKOFF_BASE: "1m" })
      assert.deepStrictEqual(more, [])
      assert.match(
        line ?? "",
        /^RETRY_BACKOFF_BASE: RETRY_BACKOFF_BASE=1m cannot win over …\/policy\.json: cap: found "20s", expected /,
      )
    }),
  )
})

describe("describePolicy", () => {
  it.effect("says what waits there are, how long, and what is retried", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(describePolicy(yield* policyOf({})), {
        policy: "default-1",
        attempts: 5,
        waits: "30s, 1m, 2m, 4m",
        max_age: "none",
        retried: "429, 500-599, no answer; 409 after an attempt that nobody saw",
      })
      const many = {
        backoff: { kind: "exponential", base: "1s", factor: 1 },
        max_attempts: 1000,
        max_age: "1d",
      }
      const own = describePolicy(
        compilePolicyOrThrow({
          ...many,
          jitter: "equal",
          classification: [
            { status: [408, 425], means: "retry", fault: "customer" },
            { status: 413, means: "retry", fault: "lead", retry_after: "required" },
          ],
        }),
      )
      assert.deepInclude(own, {
        policy: "unnamed",
        max_age: "1d",
        waits: `${Array.from({ length: 9 }, () => "500ms to 1s").join(", ")} … 500ms to 1s`,
        retried:
          "408, 425, 429, 500-599, no answer; 413 with a Retry-After; 409 after an attempt that nobody saw",
      })
    }),
  )
})
