/** Measures single calls of the store's services. */
import { LeadId, LeadStatus, RejectionReason } from "@lead-gateway/lead"
import { type ClaimedWork, LeadList, LeadReader, LeadWork, type StoreError } from "@lead-gateway/lead-store"
import { Duration, Effect, type Result } from "effect"
import { randomUUID } from "node:crypto"
import { listsOf } from "./lists.ts"

/** Milliseconds of each call, by its name. */
export type Measured = ReadonlyMap<string, ReadonlyArray<number>>

/** Calls of each kind that one pass measures, and before them to warm up. Both claim, {@link batch} leads each. */
const calls = 20
const warmUp = 2

/** Leads of one claim, and of one batch of steps. */
const batch = 20

const lease = Duration.seconds(45)

/** Measures every call, one pass, on a database with so many leads, of which some hundreds are due. */
export const measure = Effect.fnUntraced(function* (leads: number) {
  const { counts, history, recent } = yield* LeadReader
  const list = yield* LeadList
  const work = yield* LeadWork
  const measured = new Map<string, Array<number>>()
  const note = (name: string, ms: number) => {
    const times = measured.get(name) ?? []
    measured.set(name, times)
    times.push(ms)
  }
  const time = Effect.fnUntraced(function* <A, E, R>(name: string, call: Effect.Effect<A, E, R>) {
    const began = performance.now()
    const value = yield* call
    note(name, performance.now() - began)
    return value
  })
  const repeat = Effect.fnUntraced(function* <A, E, R>(name: string, call: Effect.Effect<A, E, R>) {
    for (let index = 0; index < warmUp; index++) yield* call
    for (let index = 0; index < calls; index++) yield* time(name, call)
  })
  const newest = { limit: 50, before: undefined }
  const anyId = Effect.sync(() => LeadId.make(1 + Math.floor(Math.random() * leads)))
  const newId = Effect.sync(() => LeadId.make(leads - Math.floor(Math.random() * Math.min(leads, 10_000))))

  yield* repeat("counts", counts)
  yield* repeat("newest leads", recent({ ...newest, status: undefined }))
  for (const status of LeadStatus.literals) yield* repeat(`newest ${status}`, recent({ ...newest, status }))
  yield* repeat("history of a new lead", Effect.flatMap(newId, history))
  // Most of ten million leads are not in Postgres's memory, so this measures the disk or the page cache.
  yield* repeat("history of any lead", Effect.flatMap(anyId, history))
  for (const [name, options] of Object.entries(listsOf(leads))) {
    yield* repeat(
      name,
      Effect.suspend(() => list.page(options())),
    )
  }
  yield* repeat("next due", work.nextDue)
  yield* repeat("sweep of 100", work.offer({ max: 100, patience: Duration.zero }))

  // A worker's round: what is claimed is decided and opened, then completed.
  for (let round = -warmUp; round < calls; round++) {
    const began = performance.now()
    const claimed = yield* work.claim({ max: batch, lease })
    const opening = performance.now()
    yield* together(claimed, (lead, done) => work.openAttempt(firstStep(lead), done))
    const completing = performance.now()
    yield* together(claimed, (lead, done) => work.completeAttempt(success(lead), done))
    if (round < 0) continue
    note(`claim of ${batch}`, opening - began)
    note(`decisions and openings of ${batch}`, completing - opening)
    note(`outcomes of ${batch}`, performance.now() - completing)
  }
  return measured
})

/** Hands all leads in at once, as a worker's callbacks would, and waits for them. */
const together = <A>(
  leads: ReadonlyArray<ClaimedWork>,
  submit: (lead: ClaimedWork, done: (result: Result.Result<A, StoreError>) => void) => void,
) =>
  Effect.all(
    leads.map((lead) =>
      Effect.callback<A, StoreError>((resume) => submit(lead, (result) => resume(Effect.fromResult(result)))),
    ),
    { concurrency: "unbounded" },
  )

const firstStep = ({ deliveryNo, lease, leadId }: ClaimedWork) => ({
  leadId,
  deliveryNo,
  lease,
  decision: {
    verdict: "READY" as const,
    reason: null,
    details: "{}",
    normalized: '{"phone":"+49123456789","zipcode":"66123","house":{"is_owner":true}}',
    omitted: [],
    unread: [],
    decidedWith: '{"rules":"1","profile":"1","mapping":"1"}',
    delivery: {
      customerId: 1,
      idempotencyKey: randomUUID(),
      body: '{"phone":"+49123456789","product":{"name":"solar_panel_installation"},"lead_attributes":{}}',
    },
  },
})

/** One in twenty is refused, so that both ends are measured. */
const success = ({ deliveryNo, lease, leadId }: ClaimedWork) => ({
  leadId,
  deliveryNo,
  lease,
  attemptNo: 1,
  outcomeUnknown: false,
  durationMs: 80,
  responseStatus: 200,
  responseBody: '{"ok":true}',
  errorMessage: null,
  fault: null,
  customerReason: null,
  policyVersion: null,
  unseen: false,
  counted: true,
  ...(leadId % 20 === 0
    ? {
        health: "rejected" as const,
        next: { state: "PERMANENTLY_FAILED" as const, reason: RejectionReason.make("CUSTOMER_REFUSED") },
      }
    : { health: "success" as const, next: { state: "DELIVERED" as const } }),
})
