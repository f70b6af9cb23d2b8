import { assert, describe, it } from "@effect/vitest"
import { PgClient } from "@effect/sql-pg"
import { isTerminal, LeadId } from "@lead-gateway/lead"
import { Effect } from "effect"
import { LeadReader, type LeadHistory } from "../src/index.ts"
import { makeWalk, random } from "./support/walk.ts"
import { history, inWorld, receive } from "./support/world.ts"

const endOf: Readonly<Record<string, LeadHistory["status"]>> = {
  rejected: "REJECTED",
  delivered: "DELIVERED",
  permanently_failed: "PERMANENTLY_FAILED",
}

/** The event types of one attempt: it may be withdrawn and opened again; its outcome may be unknown first. */
const attemptStory =
  /^(attempt_opened attempt_withdrawn )*(attempt_opened (attempt_outcome_unknown )?(attempt_(succeeded|failed) )?)?$/

/** What is wrong with a lead's history: always nothing. */
const faults = ({
  deliveryAttempts,
  events,
  rejectionReason,
  status,
}: LeadHistory): ReadonlyArray<string> => {
  const types = events.map(({ type }) => type)
  const wrong: Array<string> = []
  const check = (holds: boolean, what: string) => {
    if (!holds) wrong.push(`${what}: ${status} ${rejectionReason} ${types.join()}`)
  }
  const count = (...wanted: ReadonlyArray<string>) => types.filter((type) => wanted.includes(type)).length
  check(
    events.every(({ at }, index) => index === 0 || at >= (events[index - 1]?.at ?? at)),
    "events are out of order",
  )
  check(types[0] === "received" && count("received") === 1, "it does not begin with its webhook")
  check(
    count("attempt_opened") === deliveryAttempts.length + count("attempt_withdrawn"),
    "an attempt has no event",
  )
  const stories = new Map<unknown, string>(deliveryAttempts.map(({ attemptNo }) => [attemptNo, ""]))
  for (const { details, type } of events) {
    const { attempt_no } = details as { readonly attempt_no?: unknown }
    if (attempt_no !== undefined) stories.set(attempt_no, `${stories.get(attempt_no) ?? ""}${type} `)
  }
  for (const [attemptNo, story] of stories) {
    check(attemptStory.test(story), `attempt ${String(attemptNo)} has events in a wrong order`)
    check(
      deliveryAttempts.some((attempt) => attempt.attemptNo === attemptNo) !==
        (story.endsWith("attempt_withdrawn ") || story === ""),
      `attempt ${String(attemptNo)} has events and is not listed, or is listed without events`,
    )
  }
  check(
    deliveryAttempts.every(({ attemptNo }, index) => attemptNo === index + 1),
    "attempts are not numbered from 1",
  )
  const ends = types.flatMap((type, index) => (endOf[type] === undefined ? [] : [{ type, index }]))
  for (const { index, type } of ends) {
    const after = types.slice(index + 1)
    const next = ends.find((end) => end.index > index)
    check(
      next === undefined || types.slice(index, next.index).includes("replayed"),
      "a terminal status was left",
    )
    if (type === "delivered") {
      check(types[index - 1] === "attempt_succeeded", "it was delivered by no success")
      check(
        after.every((type) => type.startsWith("attempt_")),
        "something followed a delivery",
      )
    }
  }
  const afterReplay = types.slice(types.lastIndexOf("replayed") + 1)
  const last = afterReplay.findLast((type) => endOf[type] !== undefined)
  if (isTerminal(status)) check(last !== undefined && endOf[last] === status, "its end has no event")
  else check(last === undefined, "there is an event of an end that did not come")
  check(count("ready", "rejected", "parked") <= count("replayed") + 1, "it was decided without a replay")
  return wrong
}

describe("the history of any lead", () => {
  for (const seed of [1, 2, 3, 33]) {
    it.effect(`is a story in order after any steps of any workers and operators (${seed})`, () =>
      Effect.gen(function* () {
        const sql = yield* PgClient.PgClient
        const next = random(seed)
        const step = makeWalk("walk", next, [])
        for (let round = 0; round < 40; round++) {
          if (next() < 0.4) yield* receive(2)
          yield* Effect.all([step, step, step], { concurrency: "unbounded" })
          if (next() < 0.4) {
            yield* sql`UPDATE work SET scheduled_at = now(), due_at = now() WHERE due_at > now()`
            yield* sql`UPDATE work SET leased_until = now() WHERE lease IS NOT NULL AND random() < 0.1`
          }
        }
        const rows = yield* sql<{ id: bigint }>`SELECT id FROM lead`
        const listed = new Map(
          (yield* LeadReader.use((reader) =>
            reader.recent({ limit: 200, before: undefined, status: undefined }),
          )).map((lead) => [lead.id, lead]),
        )
        assert.strictEqual(listed.size, rows.length)
        for (const row of rows) {
          const lead = yield* history(LeadId.make(Number(row.id)))
          assert.deepStrictEqual(faults(lead), [])
          const { id, receivedAt, rejectionReason, status } = lead
          assert.deepStrictEqual(listed.get(id), { id, receivedAt, status, rejectionReason })
        }
      }).pipe(inWorld),
    )
  }
})
