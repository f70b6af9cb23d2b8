import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import {
  attemptsOf,
  bothCounts,
  claimIds,
  complete,
  failed,
  inWorld,
  openNew,
  refused,
  release,
  rowOf,
  step,
  succeeded,
  timeComes,
  unknown,
  unknownAndLast,
} from "../support/world.ts"

type Sent = Effect.Success<typeof openNew>

const claimAgain = Effect.fnUntraced(function* ({ leadId }: Sent) {
  yield* timeComes(leadId)
  const [claimed] = yield* claimIds([leadId])
  return claimed ?? (yield* Effect.die(new Error("it cannot be claimed")))
})

const closeUnknown = (lead: Sent) =>
  Effect.flatMap(claimAgain(lead), (claimed) => complete(claimed, 1, unknown))

const openRetry = (lead: Sent) =>
  Effect.andThen(
    closeUnknown(lead),
    Effect.tap(claimAgain(lead), (claimed) => step(claimed, undefined)),
  )

/** What may have happened to a lead between the request of attempt 1 and the record of its outcome. */
const meanwhile = {
  nothing: () => Effect.void,
  "its lease ended": (lead: Sent) => timeComes(lead.leadId),
  "another worker owns it": (lead: Sent) => claimAgain(lead),
  "another worker gave it back": (lead: Sent) =>
    Effect.flatMap(claimAgain(lead), (claimed) => release(claimed)),
  "its attempt was closed as unknown": (lead: Sent) => closeUnknown(lead),
  "closed as unknown, and leased for the retry": (lead: Sent) =>
    Effect.andThen(closeUnknown(lead), claimAgain(lead)),
  "closed as unknown, the retry opened": (lead: Sent) => openRetry(lead),
  "closed as unknown, the retry given back unsent": (lead: Sent) =>
    Effect.flatMap(openRetry(lead), (claimed) => release(claimed, { unsentAttemptNo: 2 })),
  "closed as unknown, the retry failed": (lead: Sent) =>
    Effect.flatMap(openRetry(lead), (claimed) => complete(claimed, 2, failed)),
  "closed as unknown, the retry delivered": (lead: Sent) =>
    Effect.flatMap(openRetry(lead), (claimed) => complete(claimed, 2, succeeded)),
  "closed as unknown for good": (lead: Sent) =>
    Effect.flatMap(claimAgain(lead), (claimed) => complete(claimed, 1, unknownAndLast)),
} as const

const outcomes = { succeeded, failed, refused, unknown } as const

/** Whether the outcome is in its attempt's row afterwards, and whether the lead changed. */
interface Expected {
  readonly kept: boolean
  readonly changed: boolean
}

const recorded: Expected = { kept: true, changed: false }
const settled: Expected = { kept: true, changed: true }
const ignored: Expected = { kept: false, changed: false }

const known = (expected: Expected) => ({
  succeeded: expected,
  failed: expected,
  refused: expected,
  unknown: ignored,
})

const expectations: Record<keyof typeof meanwhile, Record<keyof typeof outcomes, Expected>> = {
  nothing: { ...known(settled), unknown: settled },
  "its lease ended": { ...known(settled), unknown: settled },
  "another worker owns it": known(settled),
  "another worker gave it back": known(settled),
  "its attempt was closed as unknown": known(settled),
  "closed as unknown, and leased for the retry": known(settled),
  "closed as unknown, the retry opened": { ...known(recorded), succeeded: settled },
  "closed as unknown, the retry given back unsent": known(settled),
  "closed as unknown, the retry failed": { ...known(recorded), succeeded: settled },
  "closed as unknown, the retry delivered": known(recorded),
  "closed as unknown for good": known(recorded),
}

describe("LeadWork.completeAttempt of an outcome that comes late", () => {
  for (const [what, happens] of Object.entries(meanwhile)) {
    it.effect(`moves the lead, records or ignores it after: ${what}`, () =>
      Effect.gen(function* () {
        for (const [name, outcome] of Object.entries(outcomes)) {
          const { kept, changed } =
            expectations[what as keyof typeof meanwhile][name as keyof typeof outcomes]
          const lead = yield* openNew
          yield* happens(lead)
          const before = yield* rowOf(lead.leadId)
          const [attemptBefore] = yield* attemptsOf(lead.leadId)
          const message = `${name} after ${what}`

          assert.strictEqual(yield* complete(lead, 1, outcome), changed, message)

          const after = yield* rowOf(lead.leadId)
          if (changed) {
            assert.strictEqual(after?.state, outcome.next.state, message)
            if (outcome.next.state === "RETRYING") assert.isNull(after?.lease, message)
            const reason = outcome.next.state === "PERMANENTLY_FAILED" ? outcome.next.reason : null
            assert.strictEqual(after?.reason, reason, message)
          } else {
            assert.deepStrictEqual(after, before, message)
          }
          const [attempt] = yield* attemptsOf(lead.leadId)
          if (kept) {
            assert.strictEqual(attempt?.error_message, outcome.errorMessage, message)
            assert.strictEqual(attempt?.success, outcome === succeeded, message)
            assert.strictEqual(attempt?.outcome_unknown, outcome.outcomeUnknown, message)
          } else {
            assert.deepStrictEqual(attempt, attemptBefore, message)
          }
          if (changed && outcome.next.state === "RETRYING") {
            assert.deepStrictEqual(attempt?.retry_at, after?.scheduled_at, message)
          }
          // Recording may be repeated.
          assert.isFalse(yield* complete(lead, 1, outcome), message)
          assert.deepStrictEqual(yield* rowOf(lead.leadId), after, message)
        }
        const { counted, kept } = yield* bothCounts
        assert.deepStrictEqual(kept, counted)
      }).pipe(inWorld),
    )
  }
})
