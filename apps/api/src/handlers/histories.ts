import { LeadNotFound, Operator, Roles } from "@lead-gateway/api-contract"
import type { LeadId } from "@lead-gateway/lead"
import { LeadReader } from "@lead-gateway/lead-store"
import { Context, Effect, Option, Semaphore } from "effect"
import { type IsKnownKey, maskHistory } from "../maskLead.ts"
import { fromStore } from "./fromStore.ts"

/**
 * The keys of leads that viewers may see, by the documents in force; see `keysOfDocuments`. A process that has no documents
 * masks every key.
 */
export const KnownKeys: Context.Reference<IsKnownKey> = Context.Reference<IsKnownKey>(
  "@lead-gateway/api/KnownKeys",
  { defaultValue: () => () => false },
)

/**
 * Makes the read of a history as the operator who asks may see it: with every value masked for a viewer, and for everybody
 * who asks for it so. 404 if there is no such lead. Whatever shows a history uses it.
 */
export const makeHistories = Effect.gen(function* () {
  const orUnavailable = yield* fromStore
  const reader = yield* LeadReader
  const isKnown = yield* KnownKeys

  return Effect.fnUntraced(function* (id: LeadId, isMasked = false) {
    const history = yield* atOnce.withPermits(1)(orUnavailable(reader.history(id)))
    if (Option.isNone(history)) return yield* new LeadNotFound()
    const { role } = yield* Operator
    const maySee = Roles.includes(role, "operator") && !isMasked
    return maySee ? history.value : maskHistory(history.value, isKnown)
  })
})

/**
 * A history of a large lead takes tens of milliseconds of the event loop, and as many come together as are read at once:
 * senders would wait for all of them. So two are read at once, in the whole process.
 */
const atOnce = Semaphore.makeUnsafe(2)
