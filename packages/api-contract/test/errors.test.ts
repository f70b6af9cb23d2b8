import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { get, logged } from "./world.ts"

const answers = (path: string, status: number, error: string, headers: Record<string, string> = {}) =>
  Effect.gen(function* () {
    const answer = yield* get(path, headers)
    assert.deepStrictEqual(
      [answer.status, JSON.parse(answer.text)],
      [status, { error, correlation_id: "req-1" }],
      path,
    )
    assert.strictEqual(answer.headers.get("content-type"), "application/json")
    return answer
  })

describe("a wrong parameter", () => {
  const limit = "limit must be a whole number from 1 to 200"
  const before = "before must be the id of a lead, a whole number from 1"
  const status = "status must be one of RECEIVED, REJECTED, READY, DELIVERED, FAILED, PERMANENTLY_FAILED"

  it.effect("is answered 400 with what is allowed", () =>
    Effect.gen(function* () {
      for (const value of [
        "0",
        "201",
        "-1",
        "1.5",
        "1e2",
        "0x10",
        "+5",
        "%205",
        "abc",
        "",
        "1&limit=2",
        "٣",
      ]) {
        yield* answers(`/stats/leads/recent?limit=${value}`, 400, limit)
      }
      for (const value of ["0", "-1", "abc", "9007199254740993", "99999999999999999999"]) {
        yield* answers(`/stats/leads/recent?before=${value}`, 400, before)
      }
      for (const value of ["rejected", "GONE", "", "READY,FAILED", "READY&status=FAILED"]) {
        yield* answers(`/stats/leads/recent?status=${value}`, 400, status)
      }
    }),
  )

  it.effect("is not the only one that is told", () =>
    answers("/stats/leads/recent?limit=0&before=x&status=x", 400, `${limit}; ${before}; ${status}`),
  )
})

describe("a parameter that the list does not have", () => {
  const known =
    "the parameters are limit, cursor, status, reason, customer, received_from, received_before, email, phone, correlation_id, test"

  it.effect("is refused, since a misspelt filter would show all leads", () =>
    Effect.gen(function* () {
      yield* answers("/api/v1/leads?state=READY", 400, `state must be absent: ${known}`)
    }),
  )
})

describe("an id that no lead has", () => {
  it.effect("is answered 404, also when it is no id at all", () =>
    Effect.gen(function* () {
      for (const id of [
        "9",
        "0",
        "-1",
        "abc",
        "1.5",
        "1e3",
        "9007199254740993",
        "9223372036854775808",
        "%00",
        "3%20",
      ]) {
        yield* answers(`/stats/leads/${id}/history`, 404, "lead not found")
      }
    }),
  )
})

describe("a failure", () => {
  it.effect("of Postgres is a 503 that says when to come again", () =>
    Effect.gen(function* () {
      const { headers } = yield* answers("/stats/leads/4/history", 503, "database error")
      assert.strictEqual(headers.get("retry-after"), "7")
    }),
  )

  it.effect("of ours is a 500 without details, and the only one that is logged", () =>
    Effect.gen(function* () {
      logged.length = 0
      yield* get("/stats/leads/4/history")
      yield* get("/nowhere")
      assert.deepStrictEqual(logged, [])
      yield* answers("/stats/leads/5/history", 500, "internal server error")
      yield* answers("/stats/leads/6/history", 500, "internal server error")
      assert.deepStrictEqual(logged, [["request failed"], ["request failed"]])
    }),
  )

  it.effect("of a dependency is named", () => answers("/readyz", 503, "not ready: database"))

  it.effect("to find anything is a 404", () =>
    Effect.gen(function* () {
      for (const path of ["/", "/stats", "/stats/leads/3", "/stats/leads/3/history/x"]) {
        yield* answers(path, 404, "not found")
      }
    }),
  )
})

describe("a wrong token", () => {
  it.effect("is answered 401 before anything else is looked at", () =>
    Effect.gen(function* () {
      const wrong = { authorization: "Bearer guess" }
      const { headers } = yield* answers("/stats/leads/recent?limit=0", 401, "unauthorized", wrong)
      assert.strictEqual(headers.get("www-authenticate"), "Bearer")
      assert.strictEqual(
        (yield* get("/stats/leads/counts", { authorization: "Bearer let me in" })).status,
        200,
      )
      assert.strictEqual((yield* get("/health", wrong)).status, 200)
    }),
  )
})
