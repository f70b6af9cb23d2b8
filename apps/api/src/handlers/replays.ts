/** The handler of `POST /api/v1/replays`. */
import {
  Conflict,
  InvalidRequest,
  type NewReplay,
  Operator,
  OperatorApi,
  Unprocessable,
} from "@lead-gateway/api-contract"
import { LeadReplay, ReplayCriteria, ReplayRequestId } from "@lead-gateway/lead-store"
import { get, isJsonObject, type JsonObject, stringify } from "@lead-gateway/lossless-json"
import { Duration, Effect, Option, Record, Schema, Semaphore } from "effect"
import type { HttpServerRequest } from "effect/http"
import { HttpApiBuilder } from "effect/http-api"
import { fromStore } from "./fromStore.ts"
import { losslessBody } from "./losslessBody.ts"

/** Counts or replays leads. The store audits a replay. */
export const replaysHandlers = HttpApiBuilder.group(
  OperatorApi,
  "replays",
  Effect.fn(function* (handlers) {
    const orUnavailable = yield* fromStore
    const leads = yield* LeadReplay
    const turns = yield* Semaphore.make(replaysAtOnce)

    return handlers.handleAll({
      create: Effect.fnUntraced(function* ({ payload, request }) {
        const criteria = yield* criteriaOf(payload)
        const patch = payload.payloadPatch === undefined ? undefined : yield* patchOf(payload, request)
        const { ids } = payload
        /** Why named leads are not among so many. */
        const leftOut = Effect.fnUntraced(function* (count: number, request?: ReplayRequestId) {
          if (ids === undefined || count >= new Set(ids).size) return {}
          const leftOut = yield* orUnavailable(leads.leftOut(criteria, { patch, request }), countPatience)
          return leftOut === undefined ? {} : { leftOut }
        })
        const answer = Effect.gen(function* () {
          if (payload.dryRun === true) {
            const matched = yield* orUnavailable(leads.count(criteria, { patch }), countPatience)
            return { matched, replayed: 0, isComplete: true, ...(yield* leftOut(matched)) }
          }
          const replay = leads.replay(
            { request: ReplayRequestId.make(payload.requestId), criteria },
            // Workers find the leads by themselves: a request for many would fill the queue.
            () => Effect.void,
            yield* Operator,
            { patch, patience },
          )
          const done = yield* orUnavailable(
            replay.pipe(
              Effect.asSome,
              Effect.catchTag("ReplayRequestConflict", () => Effect.succeedNone),
            ),
            countPatience,
          )
          if (Option.isSome(done)) {
            const { isComplete, matched, replayed } = done.value
            const reasons = isComplete
              ? yield* leftOut(replayed, ReplayRequestId.make(payload.requestId))
              : {}
            return { matched, replayed, isComplete, ...reasons }
          }
          return yield* new Conflict({ error: "request_id was used before, with another request" })
        })
        return yield* turns.withPermits(1)(answer)
      }),
    })
  }),
)

/** Of the process, so that replays leave connections for intake. */
const replaysAtOnce = 1

/** How long leads are replayed before the answer says that there are more. */
const patience = Duration.seconds(4)
/** Counting millions of leads takes seconds. */
const countPatience = Duration.seconds(30)

const wrong = (error: string) => new InvalidRequest({ error })

/** The criteria of the store; fails where the parts of a request do not fit. */
const criteriaOf = Effect.fnUntraced(function* ({
  evenIfDelivered = false,
  filter,
  ids,
}: NewReplay): Effect.fn.Return<ReplayCriteria, InvalidRequest> {
  if ((ids === undefined) === (filter === undefined)) {
    return yield* wrong("give either ids or a filter")
  }
  if (filter !== undefined && Object.keys(filter).length === 0) {
    return yield* wrong("filter must have at least one of status, reason, received_from, received_before")
  }
  if (filter?.status === "DELIVERED" && !evenIfDelivered) {
    return yield* wrong("filter.status DELIVERED needs even_if_delivered: true")
  }
  return Schema.decodeSync(ReplayCriteria)(
    Record.filter(
      {
        ids,
        statuses: filter?.status && [filter.status],
        reasons: filter?.reason && [filter.reason],
        receivedFrom: filter?.receivedFrom?.toISOString(),
        receivedBefore: filter?.receivedBefore?.toISOString(),
        evenIfDelivered: evenIfDelivered || undefined,
      },
      (value) => value !== undefined,
    ) as typeof ReplayCriteria.Encoded,
  )
})

/** The patch with all its digits. */
const patchOf = Effect.fnUntraced(function* (
  { evenIfDelivered = false, ids }: NewReplay,
  request: HttpServerRequest.HttpServerRequest,
): Effect.fn.Return<JsonObject, InvalidRequest | Unprocessable> {
  if (ids?.length !== 1) return yield* wrong("payload_patch is for one lead: give one of ids")
  if (evenIfDelivered) return yield* wrong("payload_patch is for a parked lead: leave even_if_delivered out")
  const patch = get(yield* losslessBody(request), "payload_patch")
  if (!isJsonObject(patch)) return yield* wrong("payload_patch must be a JSON object")
  if (Buffer.byteLength(stringify(patch)) > maxPatchBytes) {
    return yield* new Unprocessable({ error: "payload_patch is longer than 65,536 bytes" })
  }
  return patch
})

/** So that a history can show it, whatever the payload. */
const maxPatchBytes = 65_536
