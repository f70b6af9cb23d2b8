import { assert, describe, it } from "@effect/vitest"
import { PgClient } from "@effect/sql-pg"
import { Effect, Option } from "effect"
import {
  Audit,
  isToken,
  makeToken,
  maxLiveTokens,
  type NewToken,
  OperatorTokens,
  tokenHash,
} from "../src/index.ts"
import { anna, inWorld } from "./support/world.ts"

const create = (token: Partial<NewToken> = {}) =>
  OperatorTokens.use((tokens) => tokens.create({ name: "ben", role: "viewer", ...token }, anna))
const live = OperatorTokens.use((tokens) => tokens.live)
const revoke = (id: number) => OperatorTokens.use((tokens) => tokens.revoke(id, anna))
const audited = Audit.use((audit) => audit.list({ limit: 200 }))
describe("the text of a token", () => {
  it("is a prefix, 32 random bytes and a checksum", () => {
    const tokens = Array.from({ length: 100 }, makeToken)
    assert.strictEqual(new Set(tokens).size, 100)
    for (const token of tokens) {
      assert.match(token, /^lgt_[A-Za-z0-9_-]{49}$/)
      assert.isTrue(isToken(token))
    }
  })

  it("shows a mistyped character", () => {
    const token = makeToken()
    for (let at = 0; at < token.length; at++) {
      const other = token[at] === "A" ? "B" : "A"
      assert.isFalse(isToken(token.slice(0, at) + other + token.slice(at + 1)), String(at))
    }
    for (const text of ["", "lgt_", `${token} `, `${token}A`, token.slice(1), token.toUpperCase()]) {
      assert.isFalse(isToken(text))
    }
  })
})

describe("OperatorTokens", () => {
  it.effect("stores the hash of a token and not the token", () =>
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      const { stored, token } = yield* create({ name: "ben", role: "operator" })
      assert.deepInclude(stored, {
        name: "ben",
        role: "operator",
        createdBy: "anna",
        expiresAt: null,
        lastUsedAt: null,
        revokedAt: null,
      })
      const [row] = yield* sql<{ text: string }>`
        SELECT (SELECT json_agg(t) FROM operator_token AS t)::text || (SELECT json_agg(a) FROM audit AS a)::text AS text`
      assert.include(row?.text, tokenHash(token))
      assert.notInclude(row?.text, token)
      assert.notInclude(row?.text, token.slice(4))
      assert.deepInclude((yield* live)[0], { id: stored.id, hash: tokenHash(token), role: "operator" })
    }).pipe(inWorld),
  )

  it.effect("revokes a token once, and keeps its row", () =>
    Effect.gen(function* () {
      const { stored } = yield* create()
      const first = Option.getOrThrow(yield* revoke(stored.id))
      assert.instanceOf(first.revokedAt, Date)
      assert.deepStrictEqual(yield* revoke(stored.id), Option.some(first))
      assert.deepStrictEqual(yield* revoke(999), Option.none())
      assert.deepStrictEqual(yield* live, [])
      assert.deepStrictEqual(yield* OperatorTokens.use((tokens) => tokens.list({ limit: 10 })), [first])
    }).pipe(inWorld),
  )

  it.effect("audits what it did, and nothing else", () =>
    Effect.gen(function* () {
      const { stored } = yield* create({ expires: new Date("2099-01-01T00:00:00Z") })
      yield* revoke(stored.id)
      yield* revoke(stored.id)
      yield* revoke(999)
      const subject = String(stored.id)
      const records = yield* audited
      assert.deepStrictEqual(
        records.map(({ action, details, operator, subject, via }) => ({
          action,
          details,
          operator,
          subject,
          via,
        })),
        [
          { action: "token.revoke", details: {}, operator: "anna", subject, via: "cli" },
          {
            action: "token.create",
            details: { name: "ben", role: "viewer", expires_at: "2099-01-01T00:00:00+00:00" },
            operator: "anna",
            subject,
            via: "cli",
          },
        ],
      )
    }).pipe(inWorld),
  )

  it.effect("takes a time or a span as the end", () =>
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      yield* create({ name: "gone", expires: new Date("2020-01-01T00:00:00Z") })
      const { stored } = yield* create({ name: "span", expires: { in: "90 days" } })
      assert.deepStrictEqual(
        (yield* live).map(({ name }) => name),
        ["span"],
      )
      const [row] = yield* sql<{ days: number }>`
        SELECT extract(epoch FROM expires_at - created_at)::float8 / 86400 AS days FROM operator_token
        WHERE id = ${stored.id}`
      assert.closeTo(row?.days ?? 0, 90, 0.1)
    }).pipe(inWorld),
  )

  it.effect("notes a use once a minute", () =>
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      const { stored } = yield* create()
      const used = OperatorTokens.use((tokens) => tokens.used(stored.id))
      const lastUsed = Effect.map(live, ([token]) => token?.lastUsedAt?.getTime() ?? 0)
      yield* used
      const first = yield* lastUsed
      assert.isAbove(first, 0)
      yield* used
      assert.strictEqual(yield* lastUsed, first)
      yield* sql`UPDATE operator_token SET last_used_at = now() - interval '61 s'`
      yield* used
      assert.isAtLeast(yield* lastUsed, first)
    }).pipe(inWorld),
  )

  it.effect("makes no more live tokens than every process can hold", () =>
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      yield* sql`
        INSERT INTO operator_token (tenant_id, hash, name, role, created_by)
        SELECT 1, sha256(n::text::bytea), 'n', 'viewer', 'x' FROM generate_series(2, ${maxLiveTokens}::integer) AS n`
      const { stored } = yield* create()
      const error = yield* Effect.flip(create())
      assert.strictEqual(error._tag, "TooManyTokens")
      assert.lengthOf(yield* live, maxLiveTokens)
      yield* revoke(stored.id)
      yield* create()
    }).pipe(inWorld),
  )

  it.effect("lists in pages, the newest first", () =>
    Effect.gen(function* () {
      for (const name of ["a", "b", "c"]) yield* create({ name })
      const names = (before?: number) =>
        Effect.map(
          OperatorTokens.use((tokens) => tokens.list({ limit: 2, before })),
          (page) => ({ names: page.map(({ name }) => name), last: page.at(-1)?.id }),
        )
      const first = yield* names()
      assert.deepStrictEqual(first.names, ["c", "b"])
      assert.deepStrictEqual((yield* names(first.last)).names, ["a"])
    }).pipe(inWorld),
  )
})
