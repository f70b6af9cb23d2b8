import { assert, describe, layer } from "@effect/vitest"
import { OperatorTokens, StoreUnavailable } from "@lead-gateway/lead-store"
import { Context, Effect, Layer } from "effect"
import { ask, assertError, type HttpAnswer } from "./support/Http.ts"
import { makeDatabase, makeWorld, type WorldShape } from "./support/World.ts"

const setting = "token-of-the-setting"
const auth = { sharedSecrets: ["secret-of-the-senders"], operatorTokens: [setting] } as const

/** Two apis on one database. */
class Apis extends Context.Service<Apis, { readonly one: WorldShape; readonly other: WorldShape }>()(
  "@lead-gateway/api/test/Apis",
) {
  static readonly layer = Layer.effect(
    Apis,
    Effect.orDie(
      Effect.gen(function* () {
        const { url: databaseUrl } = yield* makeDatabase()
        const one = yield* makeWorld({ auth, databaseUrl })
        const other = yield* makeWorld({ auth, databaseUrl })
        const ready = ({ port }: WorldShape) =>
          Effect.repeat(
            Effect.promise(async () => (await fetch(`http://127.0.0.1:${port}/readyz`)).status),
            { until: (status) => status === 200 },
          )
        yield* Effect.all([ready(one), ready(other)])
        return { one, other }
      }),
    ),
  )
}

const api = (world: WorldShape, method: string, path: string, body?: unknown, token = setting) =>
  ask(world, {
    method,
    path: `/api/v1/${path}`,
    headers: {
      Authorization: `Bearer ${token}`,
      ...(body !== undefined && { "Content-Type": "application/json" }),
    },
    ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
  })

interface Token {
  readonly id: number
  readonly token: string
  readonly last_used_at: string | null
}

const json = ({ text }: HttpAnswer): unknown => JSON.parse(text)

const make = Effect.fnUntraced(function* (world: WorldShape, body: object = { name: "anna", role: "admin" }) {
  const answer = yield* api(world, "POST", "tokens", body)
  assert.strictEqual(answer.status, 201, answer.text)
  return json(answer) as Token
})

const statusOf = (world: WorldShape, token: string) =>
  Effect.map(api(world, "GET", "tokens", undefined, token), ({ status }) => status)

/** How long it takes until a token is answered so, in ms. */
const timeUntil = Effect.fnUntraced(function* (world: WorldShape, token: string, status: number) {
  const start = performance.now()
  while ((yield* statusOf(world, token)) !== status) yield* Effect.sleep("50 millis")
  return performance.now() - start
})

layer(Apis.layer, { excludeTestServices: true })("tokens", (it) => {
  it.effect("are shown once, work at once in every process, and in none within 5 s of being revoked", () =>
    Effect.gen(function* () {
      const { one, other } = yield* Apis
      const { id, token } = yield* make(one)
      assert.match(token, /^lgt_[A-Za-z0-9_-]{49}$/)
      for (const world of [one, other]) assert.isBelow(yield* timeUntil(world, token, 200), 2_000)
      assert.notInclude((yield* api(one, "GET", "tokens")).text, token)

      const revoked = yield* api(one, "DELETE", `tokens/${id}`, undefined, token)
      assert.deepStrictEqual([revoked.status, revoked.text], [204, ""])
      for (const world of [one, other]) assert.isBelow(yield* timeUntil(world, token, 401), 5_000)
      assert.strictEqual((yield* api(one, "DELETE", `tokens/${id}`)).status, 204)
    }),
  )

  it.effect("are listed in pages, with when they were used", () =>
    Effect.gen(function* () {
      const { one } = yield* Apis
      const made = yield* Effect.replicateEffect(make(one), 3)
      const used = made[2] ?? assert.fail("none")
      yield* timeUntil(one, used.token, 200)
      interface Page {
        readonly data: ReadonlyArray<Token>
        readonly next_cursor: string | null
      }
      const page = (query: string) =>
        Effect.map(api(one, "GET", `tokens?${query}`), (answer) => json(answer) as Page)
      const first = yield* page("limit=2")
      assert.deepStrictEqual(
        first.data.map(({ id }) => id),
        [made[2]?.id, made[1]?.id],
      )
      const second = yield* page(`limit=200&cursor=${first.next_cursor}`)
      assert.strictEqual(second.data[0]?.id, made[0]?.id)
      assert.isNull(second.next_cursor)
      while ((yield* page("limit=1")).data[0]?.last_used_at === null) yield* Effect.sleep("50 millis")
      assert.deepStrictEqual(Object.keys(second.data[0] ?? {}).toSorted(), [
        "created_at",
        "created_by",
        "expires_at",
        "id",
        "last_used_at",
        "name",
        "revoked_at",
        "role",
      ])
    }),
  )

  it.effect("are refused from the moment of their end", () =>
    Effect.gen(function* () {
      const { one } = yield* Apis
      const expires_at = new Date(Date.now() + 2_000).toISOString()
      const { token } = yield* make(one, { name: "short", role: "admin", expires_at })
      yield* timeUntil(one, token, 200)
      yield* timeUntil(one, token, 401)
      assert.isAtLeast(Date.now(), Date.parse(expires_at) - 50)
      assert.isBelow(Date.now(), Date.parse(expires_at) + 1_000)
    }),
  )

  describe("are made only of what is meant", () => {
    const name = "name must be a text of 1 to 64 characters, none of them invisible"
    const role = "role must be one of viewer, operator, admin"
    const time = "expires_at must be a time such as 2026-01-21T10:35:00Z, or a day such as 2026-01-21"
    const wrong: ReadonlyArray<readonly [body: unknown, status: number, error: string]> = [
      [{}, 400, `${name}; ${role}`],
      [{ name: "", role: "viewer" }, 400, name],
      [{ name: "x".repeat(65), role: "viewer" }, 400, name],
      [{ name: " anna", role: "viewer" }, 400, name],
      [{ name: "an\u0000na", role: "viewer" }, 400, name],
      [{ name: "an\u202Ena", role: "viewer" }, 400, name],
      [{ name: "an\uD800na", role: "viewer" }, 400, name],
      [{ name: 7, role: "viewer" }, 400, name],
      [{ name: "anna", role: "root-secret" }, 400, role],
      [{ name: "anna", role: "admin", expires_at: "tomorrow-secret" }, 400, time],
      [{ name: "anna", role: "admin", expires_at: "2026-02-31T25:00:00Z" }, 400, time],
      [{ name: "anna", role: "admin", expires_at: null }, 400, time],
      [
        { name: "anna", role: "admin", expires: "90d" },
        400,
        "expires must be absent: the keys are name, role and expires_at",
      ],
      [
        Object.fromEntries(["x".repeat(1000), "a", "b", "c", "d", "e", "f", "g"].map((key) => [key, 1])),
        400,
        // Not one for each of the keys, nor all of a key.
        `${["x".repeat(64) + "…", "a", "b", "c", "d"].map((key) => `${key} must be absent: the keys are name, role and expires_at`).join("; ")}; and 5 more`,
      ],
      [
        { name: "anna", role: "admin", expires_at: "2020-01-01T00:00:00Z" },
        422,
        "expires_at is over: give a time in the future",
      ],
      [[], 400, "the body must be a JSON object"],
      ["null", 400, "the body must be a JSON object"],
      ["{", 400, "malformed JSON payload"],
      ["", 400, "the body must be a JSON object"],
    ]

    it.effect.each(
      wrong.map(([body, status, error]) => ({ body, status, error, sent: JSON.stringify(body) })),
    )("$sent: $status", ({ body, error, status }) =>
      Effect.gen(function* () {
        const { one } = yield* Apis
        assertError(yield* api(one, "POST", "tokens", body), status, error)
      }),
    )

    it.effect("and of JSON, as an error that repeats nothing", () =>
      Effect.gen(function* () {
        const { one } = yield* Apis
        const headers = { Authorization: `Bearer ${setting}`, "Content-Type": "text/x-erika" }
        const answer = yield* ask(one, { method: "POST", path: "/api/v1/tokens", headers, body: "{}" })
        assertError(answer, 415, "unsupported media type; send application/json")
      }),
    )

    it.effect("and none of these made one", () =>
      Effect.gen(function* () {
        const { one } = yield* Apis
        const [row] = yield* one.sql<{ names: ReadonlyArray<string> }>`
          SELECT array_agg(DISTINCT name) AS names FROM operator_token`
        assert.sameMembers([...(row?.names ?? [])], ["anna", "short"])
      }),
    )
  })

  it.effect("are not made of bodies that are longer than five times MAX_BODY_BYTES", () =>
    Effect.gen(function* () {
      const { one } = yield* Apis
      const body = JSON.stringify({ name: "x".repeat(5 * 1024 ** 2), role: "admin" })
      for (const chunked of [false, true]) {
        const headers = { Authorization: `Bearer ${setting}`, "Content-Type": "application/json" }
        const answer = yield* ask(one, { method: "POST", path: "/api/v1/tokens", headers, body, chunked })
        assertError(answer, 413, "payload too large")
      }
    }),
  )

  it.effect("that there are not are 404, and wrong parameters 400", () =>
    Effect.gen(function* () {
      const { one } = yield* Apis
      for (const id of ["99999", "0", "-1", "abc", "1e3"]) {
        assertError(yield* api(one, "DELETE", `tokens/${id}`), 404, "token not found")
      }
      assertError(
        yield* api(one, "GET", "tokens?limit=0&cursor=x"),
        400,
        "limit must be a whole number from 1 to 200; cursor must be the next_cursor of an earlier answer",
      )
    }),
  )

  it.effect("and what people do with them are in the audit, which has no secret", () =>
    Effect.gen(function* () {
      const { one } = yield* Apis
      const admin = yield* make(one, { name: "ben", role: "admin" })
      yield* timeUntil(one, admin.token, 200)
      const made = json(
        yield* api(one, "POST", "tokens", { name: "carl", role: "viewer" }, admin.token),
      ) as Token
      const answer = yield* api(one, "GET", `audit?operator=ben&action=token.create&subject=${made.id}`)
      const { data, next_cursor } = json(answer) as {
        data: ReadonlyArray<Record<string, unknown>>
        next_cursor: null
      }
      assert.lengthOf(data, 1)
      assert.deepInclude(data[0], {
        operator: "ben",
        via: "token",
        token_id: admin.id,
        action: "token.create",
        lead_id: null,
        subject: String(made.id),
        details: { name: "carl", role: "viewer", expires_at: null },
      })
      assert.isNull(next_cursor)
      const all = yield* api(one, "GET", "audit?limit=200")
      for (const { token } of [admin, made]) assert.notInclude(all.text, token.slice(4))
      assert.include(all.text, '"via":"setting"')
    }),
  )

  it.effect("of the audit's pages lead through all of it, and its parameters are checked", () =>
    Effect.gen(function* () {
      const { one } = yield* Apis
      const ids: Array<unknown> = []
      let cursor = ""
      do {
        const page = json(yield* api(one, "GET", `audit?limit=2${cursor && `&cursor=${cursor}`}`)) as {
          data: ReadonlyArray<{ id: number }>
          next_cursor: string | null
        }
        ids.push(...page.data.map(({ id }) => id))
        cursor = page.next_cursor ?? ""
      } while (cursor !== "")
      const rows = yield* one.sql<{ id: number }>`SELECT id::float8 AS id FROM audit ORDER BY id DESC`
      assert.deepStrictEqual(
        ids,
        rows.map(({ id }) => id),
      )
      assertError(
        yield* api(one, "GET", "audit?lead_id=x&from=yesterday&before=&operator="),
        400,
        [
          "operator must be a text of 1 to 200 characters",
          "lead_id must be the id of a lead, a whole number from 1",
          "from must be a time such as 2026-01-21T10:35:00Z, or a day such as 2026-01-21",
          "before must be a time such as 2026-01-21T10:35:00Z, or a day such as 2026-01-21",
        ].join("; "),
      )
    }),
  )

  it.effect("cannot be checked while Postgres is away: 503, and OPERATOR_TOKENS are let in", () =>
    Effect.gen(function* () {
      const { one } = yield* Apis
      const { token } = yield* make(one)
      const away = Effect.fail(new StoreUnavailable({ operation: "test" }))
      const world = yield* makeWorld({
        auth,
        replace: Layer.succeed(OperatorTokens, {
          create: () => away,
          list: () => away,
          revoke: () => away,
          live: away,
          used: () => away,
        }),
      })
      const path = "/stats/leads/counts"
      const bearer = (token: string) => ask(world, { path, headers: { Authorization: `Bearer ${token}` } })
      const refused = yield* bearer(token)
      assertError(refused, 503, "database error")
      assert.strictEqual(refused.headers["retry-after"], "5")
      assert.strictEqual((yield* bearer(setting)).status, 200)
      assert.strictEqual((yield* bearer("guess")).status, 401)
    }),
  )
})
