import { assert, describe, it } from "@effect/vitest"
import { PgClient } from "@effect/sql-pg"
import { leadEvents, type LeadId, leadTransitions, workTransitions } from "@lead-gateway/lead"
import { Duration, Effect } from "effect"
import { notedChanges, notePaths, throttle, workStateOf } from "./support/states.ts"
import { makeWalk, random } from "./support/walk.ts"
import {
  claimIds,
  claimNew,
  claimOne,
  complete,
  failed,
  history,
  inWorld,
  open,
  openNew,
  ownerIsLost,
  parked,
  ready,
  receive,
  refused,
  rejected,
  release,
  replay,
  rowOf,
  send,
  step,
  succeeded,
  timeComes,
  unknown,
  unknownAndLast,
  type World,
} from "./support/world.ts"

/** A lead that stands where a transition begins, and what leads it on. */
interface Way {
  readonly leadId: LeadId
  readonly act: Effect.Effect<unknown, unknown, World>
}

const way = <E, A>(
  given: Effect.Effect<{ readonly leadId: LeadId } & A, E, World>,
  act: (lead: { readonly leadId: LeadId } & A) => Effect.Effect<unknown, unknown, World>,
) => Effect.map(given, (lead): Way => ({ leadId: lead.leadId, act: act(lead) }))

const received = Effect.map(receive(1), ([leadId]) => ({ leadId: leadId ?? assert.fail("no lead") }))
const retryIsDue = Effect.tap(send(failed), ({ leadId }) => timeComes(leadId))
const unknownIsDue = Effect.tap(send(unknown), ({ leadId }) => timeComes(leadId))
const closed = <A, E>(given: Effect.Effect<A, E, World>) => Effect.tap(given, throttle("closed"))
const again = ({ leadId }: { readonly leadId: LeadId }) => replay(`again-${leadId}`, { ids: [leadId] })
const evenIfDelivered = ({ leadId }: { readonly leadId: LeadId }) =>
  replay(`again-${leadId}`, { ids: [leadId], evenIfDelivered: true })
const parkedLead = Effect.tap(claimNew, (lead) => step(lead, parked))
const rejectedLead = Effect.tap(claimNew, (lead) => step(lead, rejected))
const lateSuccess = (lead: Parameters<typeof complete>[0]) => complete(lead, 1, succeeded)
/** Given up with an unknown outcome, replayed. */
const givenUpAndReplayed = Effect.tap(send(unknownAndLast), again)
const parkedAfterReplay = Effect.tap(givenUpAndReplayed, () =>
  Effect.flatMap(claimOne, (lead) => step(lead, parked)),
)
const secondAttempt = Effect.gen(function* () {
  yield* retryIsDue
  return yield* Effect.tap(claimOne, open)
})
/** An undecided lead may be what ended its worker. */
const lost = Effect.tap(claimNew, ({ leadId }) => ownerIsLost(leadId))

type Pair<T, Second extends string> = T extends { readonly from: infer From extends string } & {
  readonly [K in Second]: infer To extends string
}
  ? `${From} ${To}`
  : never

const workWays: Readonly<
  Record<Pair<(typeof workTransitions)[number], "on">, Effect.Effect<Way, unknown, World>>
> = {
  "due claimed": way(received, ({ leadId }) => claimIds([leadId])),
  "due throttle_closes": way(retryIsDue, () => throttle("closed")),
  "due snoozed": way(lost, ({ leadId }) => claimIds([leadId])),
  "leased rejected": way(claimNew, (lead) => step(lead, rejected)),
  "leased parked": way(claimNew, (lead) => step(lead, parked)),
  "leased held_back": way(closed(claimNew), (lead) => step(lead, ready)),
  "leased delivered": way(openNew, (lead) => complete(lead, 1, succeeded)),
  "leased permanently_failed": way(openNew, (lead) => complete(lead, 1, refused)),
  "leased retry_scheduled": way(openNew, (lead) => complete(lead, 1, failed)),
  "leased snoozed": way(claimNew, (lead) =>
    release(lead, { delay: Duration.minutes(1), internalFailure: "a reason of ours" }),
  ),
  "leased released": way(claimNew, (lead) => release(lead)),
  "leased lease_expired": way(claimNew, ({ leadId }) => ownerIsLost(leadId)),
  "throttled throttle_opens": way(closed(retryIsDue), () => throttle("open")),
  "snoozed time_comes": way(send(failed), ({ leadId }) => timeComes(leadId)),
  "parked replayed": way(parkedLead, again),
  "ended replayed": way(rejectedLead, again),
  "due delivered": way(unknownIsDue, lateSuccess),
  "throttled delivered": way(closed(unknownIsDue), lateSuccess),
  "snoozed delivered": way(send(unknown), lateSuccess),
  "parked delivered": way(parkedAfterReplay, lateSuccess),
}

const leadWays: Readonly<
  Record<Pair<(typeof leadTransitions)[number], "to">, Effect.Effect<Way, unknown, World>>
> = {
  "RECEIVED READY": way(claimNew, open),
  "RECEIVED REJECTED": way(claimNew, (lead) => step(lead, rejected)),
  "RECEIVED PARKED": way(claimNew, (lead) => step(lead, parked)),
  "READY DELIVERED": way(openNew, (lead) => complete(lead, 1, succeeded)),
  "READY RETRYING": way(openNew, (lead) => complete(lead, 1, failed)),
  "READY PERMANENTLY_FAILED": way(openNew, (lead) => complete(lead, 1, refused)),
  "RETRYING DELIVERED": way(secondAttempt, (lead) => complete(lead, 2, succeeded)),
  "RETRYING RETRYING": way(secondAttempt, (lead) => complete(lead, 2, failed)),
  "RETRYING PERMANENTLY_FAILED": way(secondAttempt, (lead) => complete(lead, 2, refused)),
  "PARKED RECEIVED": way(parkedLead, again),
  "REJECTED RECEIVED": way(rejectedLead, again),
  "PERMANENTLY_FAILED RECEIVED": way(send(refused), again),
  "DELIVERED RECEIVED": way(send(succeeded), evenIfDelivered),
  "RECEIVED DELIVERED": way(givenUpAndReplayed, lateSuccess),
  "PARKED DELIVERED": way(parkedAfterReplay, lateSuccess),
}

const lastEvent = (id: LeadId) => Effect.map(history(id), ({ events }) => events.at(-1)?.type)

describe("the work on a lead", () => {
  for (const { from, on, to } of workTransitions) {
    it.effect(`goes from ${from} to ${to}: ${on}`, () =>
      Effect.gen(function* () {
        const { act, leadId } = yield* workWays[`${from} ${on}` as keyof typeof workWays]
        assert.strictEqual(yield* workStateOf(leadId), from)
        yield* act
        assert.strictEqual(yield* workStateOf(leadId), to)
        if (on in leadEvents) assert.strictEqual(yield* lastEvent(leadId), on)
      }).pipe(inWorld),
    )
  }
})

describe("a lead", () => {
  for (const { from, on, to } of leadTransitions) {
    it.effect(`goes from ${from} to ${to}: ${on}`, () =>
      Effect.gen(function* () {
        const { act, leadId } = yield* leadWays[`${from} ${to}` as keyof typeof leadWays]
        assert.strictEqual((yield* rowOf(leadId))?.state, from)
        yield* act
        assert.strictEqual((yield* rowOf(leadId))?.state, to)
        const last = yield* lastEvent(leadId)
        assert.strictEqual(last === "attempt_opened" ? "ready" : last, on)
      }).pipe(inWorld),
    )
  }

  it.effect("changes its state in no other way, whatever workers and operators do", () =>
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      yield* notePaths
      const next = random(7)
      const walk = makeWalk("walk", next, [])
      for (let round = 0; round < 60; round++) {
        if (next() < 0.4) yield* receive(2)
        yield* Effect.all([walk, walk, walk], { concurrency: "unbounded" })
        if (next() < 0.4) {
          yield* sql`UPDATE work SET scheduled_at = now(), due_at = now() WHERE due_at > now()`
          yield* sql`UPDATE work SET leased_until = now() WHERE lease IS NOT NULL AND random() < 0.1`
        }
      }
      const known = new Set<string>(leadTransitions.map(({ from, to }) => `${from} ${to}`))
      const changes = (yield* notedChanges).map(({ from, to }) => `${from} ${to}`)
      assert.deepStrictEqual(
        changes.filter((change) => !known.has(change)),
        [],
      )
      assert.isAbove(changes.length, 8)
    }).pipe(inWorld),
  )
})
