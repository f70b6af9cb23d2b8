import { assert, describe, it } from "@effect/vitest"
import { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"
import { sending } from "../support/replay.ts"
import {
  claimOne,
  failed,
  history,
  inWorld,
  proceed,
  record,
  refused,
  release,
  rowOf,
  succeeded,
  timeComes,
  unknown,
  unknownAndLast,
} from "../support/world.ts"

/** What may have happened to a lead between the request of attempt 1 and the record of its outcome. */
const meanwhile = {
  nothing: () => Effect.void,
  "its lease ended": (lead: Sent) => timeComes(lead.id),
  "another worker owns it": (lead: Sent) => claimAgain(lead),
  "another worker gave it back": (lead: Sent) => Effect.flatMap(claimAgain(lead), (owner) => release(owner)),
  "its attempt was closed as unknown": (lead: Sent) => closeUnknown(lead),
  "closed as unknown, and owned for the retry": (lead: Sent) =>
    Effect.andThen(closeUnknown(lead), claimAgain(lead)),
  "closed as unknown, the retry opened": (lead: Sent) => openRetry(lead),
  "closed as unknown, the retry given back unsent": (lead: Sent) =>
    Effect.flatMap(openRetry(lead), (owner) => release(owner, { unsentAttemptNo: 2 })),
  "closed as unknown, the retry failed": (lead: Sent) =>
    Effect.flatMap(openRetry(lead), (owner) => record(owner, 2, failed)),
  "closed as unknown, the retry delivered": (lead: Sent) =>
    Effect.flatMap(openRetry(lead), (owner) => record(owner, 2, succeeded)),
  "closed as unknown for good": (lead: Sent) =>
    Effect.flatMap(claimAgain(lead), (owner) => record(owner, 1, unknownAndLast)),
} as const

type Sent = Effect.Success<typeof sending>

const claimAgain = (lead: Sent) => Effect.andThen(timeComes(lead.id), claimOne)

const closeUnknown = (lead: Sent) => Effect.flatMap(claimAgain(lead), (owner) => record(owner, 1, unknown))

const openRetry = (lead: Sent) =>
  Effect.andThen(
    closeUnknown(lead),
    Effect.tap(claimAgain(lead), (owner) => proceed(owner, undefined)),
  )

const outcomes = { succeeded, failed, refused, unknown } as const

/** Whether the outcome is in its attempt's row afterwards, and whether the lead moved. */
const recorded = { kept: true, moved: false }
const settled = { kept: true, moved: true }
const ignored = { kept: false, moved: false }

const known = (expected: { readonly kept: boolean; readonly moved: boolean }) => ({
  succeeded: expected,
  failed: expected,
  refused: expected,
  unknown: ignored,
})

const expectations: Record<
  keyof typeof meanwhile,
  Record<keyof typeof outcomes, { readonly kept: boolean; readonly moved: boolean }>
> = {
  nothing: { ...known(settled), unknown: settled },
  "its lease ended": { ...known(settled), unknown: settled },
  "another worker owns it": known(settled),
  "another worker gave it back": known(settled),
  "its attempt was closed as unknown": known(settled),
  "closed as unknown, and owned for the retry": known(settled),
  "closed as unknown, the retry opened": { ...known(recorded), succeeded: settled },
  "closed as unknown, the retry given back unsent": known(settled),
  "closed as unknown, the retry failed": { ...known(recorded), succeeded: settled },
  "closed as unknown, the retry delivered": known(recorded),
  "closed as unknown for good": known(recorded),
}

describe("LeadWork.record of an outcome that comes late", () => {
  for (const [what, happens] of Object.entries(meanwhile)) {
    it.effect(`settles, records or ignores it after: ${what}`, () =>
      Effect.gen(function* () {
        for (const [name, outcome] of Object.entries(outcomes)) {
          const { kept, moved } = expectations[what as keyof typeof meanwhile][name as keyof typeof outcomes]
          const lead = yield* sending
          yield* happens(lead)
          const before = yield* rowOf(lead.id)
          const said = `${name} after ${what}`

          assert.strictEqual(yield* record(lead, 1, outcome), moved, said)

          const after = yield* rowOf(lead.id)
          if (moved) {
            assert.strictEqual(after?.status, outcome.next.status, said)
            assert.isNull(after?.lease_token, said)
            assert.strictEqual(after?.next_attempt_at === null, outcome.next.status !== "FAILED", said)
          } else {
            assert.deepStrictEqual(after, before, said)
          }
          const [attempt] = (yield* history(lead.id)).deliveryAttempts
          assert.strictEqual(attempt?.errorMessage, kept ? outcome.errorMessage : unknownMessage(what), said)
          if (kept) assert.strictEqual(attempt?.success, outcome.success, said)
          yield* clear
        }
      }).pipe(inWorld),
    )
  }

  /** What the attempt says before an outcome that is ignored, and so afterwards. */
  const unknownMessage = (what: string) => (what.startsWith("another worker") ? null : unknown.errorMessage)

  /** Takes the lead out of the next one's way. */
  const clear = PgClient.PgClient.use((sql) => sql`DELETE FROM open_lead`)
})
