import { assert, describe, it } from "@effect/vitest"
import { PgClient } from "@effect/sql-pg"
import { LeadStatus } from "@lead-gateway/lead"
import { Effect } from "effect"
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { LeadReader } from "../src/index.ts"
import { badEnds } from "./support/replay.ts"
import { failed, history, inWorld, openNew, receive, replay, send, succeeded } from "./support/world.ts"

const readme = readFileSync(fileURLToPath(new URL("../README.md", import.meta.url)), "utf8")

/** The statements of the README, in order; those that are part of a list are for an administrator. */
const statements = [...readme.matchAll(/^```sql\n([^`]+)```/gm)].flatMap(([, block = ""]) =>
  block
    .split(";")
    .map((statement) => statement.trim())
    .filter((statement) => statement !== ""),
)

/** Leads in every state, and one that was replayed. */
const leads = Effect.gen(function* () {
  const { leadId } = yield* badEnds["refused by the customer"]
  yield* replay("again", { ids: [leadId] })
  yield* Effect.all(badEnds)
  yield* send(failed)
  yield* send(succeeded)
  yield* openNew
  yield* receive(1)
})

describe("the README's statements", () => {
  it.effect("run as they stand, for a lead that there is", () =>
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      yield* sql`SELECT setval('lead_id_seq', 41)`
      const { leadId } = yield* send(succeeded)
      assert.strictEqual<number>(leadId, 42)
      yield* leads
      yield* sql`UPDATE work SET lane = 1, due_at = now() WHERE state = 'RETRYING'`
      assert.lengthOf(statements, 8)
      const rows = yield* Effect.forEach(statements, (statement) => sql.unsafe(statement, []))
      const [lead, attempts, givenUp, due, counts] = rows
      assert.deepInclude(lead?.[0], { status: "DELIVERED", rejection_reason: null })
      assert.deepInclude(attempts?.[0], { attempt_no: 1, response_status: 200, success: true })
      assert.deepStrictEqual([givenUp?.length, due?.length, counts?.length], [3, 1, 8])
      assert.deepStrictEqual([rows.at(-2)?.length, rows.at(-1)?.length], [1, 0])
    }).pipe(inWorld),
  )
})

describe("the views for people", () => {
  it.effect("show of every lead what its history shows", () =>
    Effect.gen(function* () {
      yield* leads
      const sql = yield* PgClient.PgClient
      const listed = yield* LeadReader.use((reader) =>
        reader.recent({ limit: 100, before: undefined, status: undefined }),
      )
      assert.sameMembers([...new Set(listed.map(({ status }) => status))], [...LeadStatus.literals])
      for (const { id } of listed) {
        const lead = yield* history(id)
        const [shown, ...others] = yield* sql`
          SELECT id::float8 AS id, received_at AS "receivedAt", status, rejection_reason AS "rejectionReason",
            raw_payload AS "rawPayload", normalized_payload AS "normalizedPayload",
            customer_payload AS "customerPayload", correlation_id AS "correlationId"
          FROM inbound_lead WHERE id = ${id}`
        assert(shown !== undefined && others.length === 0)
        assert.deepInclude(lead, shown)
        const attempts = yield* sql`
          SELECT attempt_no AS "attemptNo", requested_at AS "attemptedAt", success, response_status AS "statusCode",
            error_message AS "errorMessage", duration_ms AS "durationMs", fault, response_body AS "responseBody",
            customer_reason AS "customerReason"
          FROM delivery_attempt WHERE lead_id = ${id} ORDER BY attempt_no`
        assert.deepStrictEqual<unknown>(lead.deliveryAttempts, attempts)
      }
    }).pipe(inWorld),
  )
})
