import { PgClient } from "@effect/sql-pg"
import type { LeadId } from "@lead-gateway/lead"
import { Context, Effect, Layer, Schema } from "effect"
import { makeSegments } from "./internal/counts.ts"
import { beginReplay, replayChunk } from "./internal/replay.ts"
import { type ReplayRequest, ReplayRequestId } from "./ReplayRequest.ts"
import type { StoreError } from "./StoreError.ts"

/** What came of a request. */
export interface Replayed {
  /** Leads that went back to `RECEIVED`, by all calls of this request together. */
  readonly replayed: number
  /** Those of them that this call sent back. */
  readonly now: ReadonlyArray<LeadId>
}

/** A request of this name was made before, with other criteria. Nothing was done. */
export class ReplayRequestConflict extends Schema.TaggedError<ReplayRequestConflict>()(
  "ReplayRequestConflict",
  { request: ReplayRequestId },
) {
  override get message(): string {
    return `replay request ${this.request} was made before, with other criteria`
  }
}

/**
 * Sends leads again that were rejected, parked or given up, when an operator says so: the one way out of a terminal
 * status.
 *
 * A replayed lead is `RECEIVED` again and decided anew, by the rules of then; if it is delivered, that is another
 * delivery, with an idempotency key of its own, since the old one may answer the old refusal. Its attempts stay on
 * record and their numbers go on; its retry budget starts again. Leads that were delivered, are under way or wait for a
 * retry are never touched, nor are those that came after the request was first made.
 */
export class LeadReplay extends Context.Service<
  LeadReplay,
  {
    /**
     * Carries a request out, 500 leads in a transaction, and calls `offer` with the leads of each as soon as they are
     * committed. Workers find them without that too, so `offer` may be interrupted.
     *
     * May be repeated: a request that was interrupted goes on where it was, one that is done returns the same again,
     * and two callers at once share the work. Fails with `ReplayRequestConflict` when the name was used for others.
     */
    readonly replay: (
      request: ReplayRequest,
      offer: (ids: ReadonlyArray<LeadId>) => Effect.Effect<void>,
    ) => Effect.Effect<Replayed, StoreError | ReplayRequestConflict>
  }
>()("@lead-gateway/lead-store/LeadReplay") {
  static readonly layer: Layer.Layer<LeadReplay, never, PgClient.PgClient> = Layer.effect(
    LeadReplay,
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      const begin = beginReplay(sql)
      const chunk = replayChunk(sql, makeSegments())

      return LeadReplay.of({
        replay: Effect.fn("LeadReplay.replay")(function* (request, offer) {
          if (!(yield* begin(request))) {
            return yield* new ReplayRequestConflict({ request: request.request })
          }
          const now: Array<LeadId> = []
          while (true) {
            const { ids, isComplete, replayed } = yield* chunk(request)
            if (ids.length > 0) yield* offer(ids)
            now.push(...ids)
            if (isComplete) return { replayed, now }
          }
        }),
      })
    }),
  )
}
