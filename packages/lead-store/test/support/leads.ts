/** What a sender and a worker do with leads, as effects. */
import { isCounted, type LeadId } from "@lead-gateway/lead"
import { stringify, type JsonObject } from "@lead-gateway/lossless-json"
import { Duration, Effect, Schema } from "effect"
import { createHash } from "node:crypto"
import {
  type Actor,
  type Batcher,
  type ClaimedWork,
  LeadIntake,
  LeadReader,
  LeadReplay,
  LeadWork,
  type Lease,
  type NewLead,
  type Received,
  type Released,
  type ReplayCriteria,
  ReplayRequest,
  type StepResult,
  type StoredDecision,
  type StoreBusy,
  type StoreError,
} from "../../src/index.ts"
import { type Outcome, ready } from "./outcomes.ts"

/** Waits for a callback to be called. */
const called = <Value, Error = StoreError>(submit: (done: Batcher.Done<Value, Error>) => void) =>
  Effect.callback<Value, Error>((resume) => submit((result) => resume(Effect.fromResult(result))))

/** A lead as the api would hand it in. */
export const newLead = (payload: JsonObject | string = { phone: "+49123456789" }): NewLead => {
  const text = typeof payload === "string" ? payload : stringify(payload)
  return {
    payload: text,
    sourceHeaders: '{"content-type":"application/json"}',
    payloadHash: createHash("sha256").update(text).digest(),
    correlationId: "a-correlation-id",
    queuePatienceMs: 0,
  }
}

/** Hands one lead in; what came of it. */
export const handIn = (lead: NewLead) =>
  LeadIntake.use((intake) => called<Received, StoreBusy | StoreError>((done) => intake.receive(lead, done)))

/** Stores one lead; its id. */
export const receiveLead = (lead: NewLead) =>
  Effect.map(handIn(lead), (received): LeadId => {
    if (received._tag === "Stored") return received.leadId
    throw new Error(`${received._tag}, not stored`)
  })

/** Stores so many leads; their ids in ascending order. */
export const receive = (count: number) =>
  Effect.forEach(
    Array.from({ length: count }, (_, index) => newLead({ index })),
    receiveLead,
    { concurrency: "unbounded" },
  )

const lease = Duration.seconds(45)

/** Claims what is due. */
export const claim = (max: number) => LeadWork.use((work) => work.claim({ max, lease }))

/** Claims the work of these leads. */
export const claimIds = (ids: ReadonlyArray<LeadId>, max = 100) =>
  LeadWork.use((work) => work.claim({ ids, max, lease }))

/** Claims the lead that is due longest of those that are claimed alone. */
export const claimAlone = LeadWork.use((work) => work.claim({ ids: undefined, max: 1, lease, alone: true }))

/** Claims the one piece of work that is due, alone if it may have ended its worker. */
export const claimOne = Effect.flatMap(
  Effect.flatMap(claim(2), (claimed) => (claimed.length === 0 ? claimAlone : Effect.succeed(claimed))),
  ([lead, ...others]) =>
    lead !== undefined && others.length === 0
      ? Effect.succeed(lead)
      : Effect.die(new Error(lead === undefined ? "nothing is due" : "more than one piece of work is due")),
)

const leaseOf = ({ deliveryNo, leadId, lease }: Lease): Lease => ({ leadId, deliveryNo, lease })

/** Advances leased work by one step: by a decision, or by a further attempt. */
export const step = (leased: Lease, decision: StoredDecision | undefined) =>
  LeadWork.use((work) =>
    called<StepResult>((done) => work.openAttempt({ ...leaseOf(leased), decision }, done)),
  )

/** As {@link step}, for a step that opens an attempt. */
export const open = Effect.fnUntraced(function* (leased: Pick<ClaimedWork, "_tag"> & Lease) {
  const result = yield* step(leased, leased._tag === "Undecided" ? ready : undefined)
  return result._tag === "Opened" ? result : yield* Effect.die(new Error(`${result._tag}, not opened`))
})

/** Records how an attempt ended; whether its lead changed. */
export const complete = (
  leased: Lease & { readonly isProbe?: boolean },
  attemptNo: number,
  outcome: Outcome,
) => {
  const counted = isCounted({ isProbe: leased.isProbe === true, health: outcome.health })
  return LeadWork.use((work) =>
    called<boolean>((done) =>
      work.completeAttempt({ ...outcome, ...leaseOf(leased), attemptNo, counted }, done),
    ),
  )
}

/** Gives work back: at once, with no attempt withdrawn, unless `options` differ; whether its lease still held. */
export const release = (leased: Lease, options: Partial<Omit<Released, keyof Lease>> = {}) =>
  LeadWork.use((work) =>
    called<boolean>((done) =>
      work.release(
        {
          unsentAttemptNo: undefined,
          delay: Duration.zero,
          internalFailure: undefined,
          ...options,
          ...leaseOf(leased),
        },
        done,
      ),
    ),
  )

/** A new lead, claimed. */
export const claimNew = Effect.gen(function* () {
  const [lead] = yield* claimIds(yield* receive(1))
  return lead ?? (yield* Effect.die(new Error("the new lead cannot be claimed")))
})

/** A new lead whose attempt 1 is opened. */
export const openNew = Effect.tap(claimNew, open)

/** Sends a new lead, with this outcome. */
export const send = (outcome: Outcome) => Effect.tap(openNew, (lead) => complete(lead, 1, outcome))

/** Who asks. */
export const anna: Actor = { name: "anna", via: "cli" }

/** Asks for leads to be sent again; what the request has replayed in all. */
export const replay = (request: string, criteria: typeof ReplayCriteria.Encoded) =>
  LeadReplay.use(({ replay }) =>
    replay(Schema.decodeSync(ReplayRequest)({ request, criteria }), () => Effect.void, anna),
  ).pipe(Effect.map(({ replayed }) => replayed))

/** What is known of a lead. */
export const history = (id: LeadId) =>
  LeadReader.use(({ history }) => Effect.flatMap(history(id), Effect.fromOption))
