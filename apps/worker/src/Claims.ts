import type { ClaimOptions, LeadWork, StoreError } from "@lead-gateway/lead-store"
import { Duration, Effect, Queue, Semaphore } from "effect"
import type { Deliveries } from "./Deliveries.ts"
import type { Producer } from "./Producer.ts"

/** The dependencies of claims. */
export interface ClaimsOptions {
  readonly work: Pick<LeadWork["Service"], "claim">
  readonly producer: Pick<Producer, "claimed" | "failed" | "next">
  readonly deliveries: Pick<Deliveries, "begin" | "held" | "undecided">
  /** Concurrent deliveries: so many suspects may be at the customer at once. */
  readonly concurrency: number
  readonly lease: Duration.Duration
}

/** What a worker claims: several pieces of work at once, or a lead alone that may have ended its last worker. */
export interface Claims {
  /** Waits until something may be claimed, claims it and begins with it. */
  readonly next: Effect.Effect<void, StoreError>
  /** Notes that a lead is due that is to be claimed alone. */
  readonly noteSuspect: () => void
  /**
   * Waits for such a lead, claims nothing else until this worker holds nothing, 5 s at most, and decides one such lead
   * after the other for 5 s; a decided lead is no suspect any more, so the next one does not wait for its exchange. If one
   * ends the process, no other undecided lead loses its worker; exchanges under way lose their outcomes. Then other leads
   * have 5 s.
   */
  readonly suspects: Effect.Effect<void, StoreError>
}

/** Makes the claims of a worker. */
export const makeClaims = Effect.fnUntraced(function* (options: ClaimsOptions) {
  const { concurrency, deliveries, lease, producer, work } = options
  const suspect = yield* Queue.sliding<void>(1)
  // Nothing is claimed while a lead is worked on alone.
  const turn = yield* Semaphore.make(1)

  const claim = (wanted: Omit<ClaimOptions, "lease">) =>
    Effect.suspend(() => {
      const claimedAtMs = performance.now()
      return Effect.map(work.claim({ ...wanted, lease }), (claimed) => {
        deliveries.begin(claimed, claimedAtMs)
        return claimed.map(({ leadId }) => leadId)
      })
    })

  // A stop does not interrupt a claim: no other worker could claim its work until the lease expires.
  const next = Effect.uninterruptibleMask((restore) =>
    Effect.flatMap(restore(producer.next), (wanted) =>
      Effect.onInterrupt(restore(turn.take(1)), () => Effect.sync(() => producer.failed(wanted))).pipe(
        Effect.andThen(
          claim(wanted).pipe(
            Effect.map((leads) => producer.claimed(wanted, leads)),
            Effect.tapCause(() => Effect.sync(() => producer.failed(wanted))),
            Effect.ensuring(turn.release(1)),
          ),
        ),
      ),
    ),
  )

  const when = (holds: () => boolean): Effect.Effect<void> =>
    Effect.suspend(() => (holds() ? Effect.void : Effect.andThen(Effect.sleep(lookEvery), when(holds))))
  const empty = when(() => deliveries.held() === 0)
  // Without a free slot, a suspect would be claimed and not decided.
  const ready = when(() => deliveries.undecided() === 0 && deliveries.held() < concurrency)
  const oneByOne: Effect.Effect<void, StoreError> = Effect.flatMap(
    Effect.uninterruptible(claim({ ids: undefined, max: 1, alone: true })),
    (leads) => (leads.length === 0 ? Effect.void : Effect.andThen(ready, oneByOne)),
  )
  // Other leads have their turn between: there may be many suspects, and exchanges with the customer may take long.
  const alone = Effect.andThen(Effect.timeoutOption(empty, atMost), Effect.timeoutOption(oneByOne, atMost))
  const suspects = Queue.take(suspect).pipe(
    Effect.andThen(turn.withPermit(alone)),
    Effect.andThen(Effect.sleep(atMost)),
  )

  const claims: Claims = { next, noteSuspect: () => void Queue.offerUnsafe(suspect, undefined), suspects }
  return claims
})

const lookEvery = Duration.millis(10)

/** How long leads are worked on alone before others are claimed, and how long others before that. */
const atMost = Duration.seconds(5)
