/** A database with the schema, the store's services on it, and what tests do with leads. */
import { PgClient } from "@effect/sql-pg"
import type { LeadId } from "@lead-gateway/lead"
import { stringify, type JsonObject } from "@lead-gateway/lossless-json"
import { type Template, TestDatabase } from "@lead-gateway/testkit"
import { Duration, Effect, Layer, Redacted, Schema, type Scope } from "effect"
import { createHash } from "node:crypto"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import {
  type AttemptRecord,
  type ClaimedLead,
  type Gate,
  LeadIntake,
  LeadLedger,
  LeadReader,
  LeadReplay,
  LeadWork,
  Migrations,
  type NewLead,
  type Released,
  type ReplayCriteria,
  ReplayRequest,
  type StoredDecision,
} from "../../src/index.ts"
import { ready } from "./outcomes.ts"

export * from "./locks.ts"
export * from "./outcomes.ts"

/** The SQL files of the repository. */
export const migrations = fileURLToPath(new URL("../../../../migrations", import.meta.url))

export const address = (url: string): Migrations.DatabaseAddress => ({ url: Redacted.make(url), ssl: false })

/** A migrated database without leads. */
const template: Template<Migrations.MigrationFailed | Migrations.SchemaTooNew> = {
  key: readdirSync(migrations)
    .map((file) => readFileSync(join(migrations, file), "utf8"))
    .join("\n"),
  migrate: (url) => Migrations.up({ connection: address(url), directory: migrations }),
}

export const lease = Duration.seconds(45)

/** A gate that lets everything through until 20 leads have failed. */
export const gate: Gate = {
  customer: "crm.example:443",
  ratePerSecond: undefined,
  failures: 20,
  openFor: Duration.seconds(30),
  ramp: Duration.seconds(30),
}

/** The services that read and write leads. */
export const services = (options: Partial<Gate> = {}) =>
  Layer.mergeAll(
    LeadIntake.layer,
    LeadWork.layer({ lease, gate: { ...gate, ...options } }),
    LeadReader.layer,
    LeadReplay.layer,
    LeadLedger.layer,
  )

const world = (options: Partial<Gate>) =>
  services(options).pipe(Layer.provideMerge(TestDatabase.layerClient({ template })))

type World = Layer.Success<ReturnType<typeof world>>
type WorldError = Layer.Error<ReturnType<typeof world>>

/** Runs a test in a database of its own, with the services that read and write leads in it, and such a gate. */
export const inWorldWith =
  (options: Partial<Gate>) =>
  <A, E>(test: Effect.Effect<A, E, World | Scope.Scope>): Effect.Effect<A, E | WorldError> =>
    Effect.provide(Effect.scoped(test), world(options))

/** As {@link inWorldWith}, with the usual gate. */
export const inWorld = inWorldWith({})

/** A lead as the api would hand it in. */
export const newLead = (payload: JsonObject | string = { phone: "+49123456789" }): NewLead => {
  const text = typeof payload === "string" ? payload : stringify(payload)
  return {
    payload: text,
    sourceHeaders: '{"content-type":"application/json"}',
    payloadHash: createHash("sha256").update(text).digest("hex"),
    correlationId: "a-correlation-id",
    queuePatience: Duration.zero,
  }
}

/** Stores so many leads; their ids in ascending order. */
export const receive = (count: number) =>
  LeadIntake.use(({ receive }) =>
    Effect.forEach(
      Array.from({ length: count }, (_, index) => newLead({ index })),
      receive,
      { concurrency: "unbounded" },
    ),
  )

export const claim = (max: number) => LeadWork.use(({ claim }) => claim({ max }))

/** Claims the one lead that is due. */
export const claimOne = Effect.gen(function* () {
  const [lead, ...others] = yield* claim(2)
  return lead !== undefined && others.length === 0
    ? lead
    : yield* Effect.die(new Error(`${others.length + 1} leads are due, or none, not one`))
})

/** Takes a lead one step on: by a first decision, or by a further attempt. */
export const proceed = (lead: Pick<ClaimedLead, "id" | "lease">, decision: StoredDecision | undefined) =>
  LeadWork.use(({ proceed }) => proceed({ id: lead.id, lease: lead.lease, decision }))

/** As {@link proceed}, for a step that opens an attempt. */
export const open = Effect.fnUntraced(function* (lead: Pick<ClaimedLead, "id" | "lease" | "status">) {
  const attempt = yield* proceed(lead, lead.status === "RECEIVED" ? ready : undefined)
  return attempt._tag === "Opened" ? attempt : yield* Effect.die(new Error(`${attempt._tag}, not opened`))
})

/** Gives a lead back: at once, with no attempt taken back, unless told otherwise. */
export const release = (
  lead: Pick<ClaimedLead, "id" | "lease">,
  options: Partial<Omit<Released, "id" | "lease">> = {},
) =>
  LeadWork.use(({ release }) =>
    release({
      unsentAttemptNo: undefined,
      delay: Duration.zero,
      trouble: undefined,
      ...options,
      id: lead.id,
      lease: lead.lease,
    }),
  )

/** Records how an attempt of a lead ended. */
export const record = (
  lead: Pick<ClaimedLead, "id" | "lease">,
  attemptNo: number,
  outcome: Omit<AttemptRecord, "id" | "lease" | "attemptNo">,
) => LeadWork.use(({ record }) => record({ ...outcome, id: lead.id, lease: lead.lease, attemptNo }))

/** Asks for leads to be sent again; what the request has replayed in all. */
export const replay = (request: string, criteria: typeof ReplayCriteria.Encoded) =>
  LeadReplay.use(({ replay }) =>
    replay(Schema.decodeSync(ReplayRequest)({ request, criteria }), () => Effect.void),
  ).pipe(Effect.map(({ replayed }) => replayed))

/** Makes a lead that is scheduled due now: its retry's time has come, or its lease has ended. */
export const timeComes = (id: LeadId) =>
  PgClient.PgClient.use(
    (sql) => sql`
      UPDATE open_lead SET next_attempt_at = now(), due_at = now() WHERE id = ${id}`,
  )

/** What is known of a lead. */
export const history = (id: LeadId) =>
  LeadReader.use(({ history }) => Effect.flatMap(history(id), Effect.fromOption))

/** What happened to a lead, in order. */
export const eventsOf = (id: LeadId) =>
  Effect.map(history(id), ({ events }) => events.map((event) => event.type))

interface Row {
  readonly status: string
  readonly rejection_reason: string | null
  readonly attempt_count: number
  readonly lease_token: string | null
  readonly next_attempt_at: Date | null
  readonly due_at: Date | null
}

/** The lead's row with its schedule; without one (nulls) it is not open. */
export const rowOf = (id: LeadId) =>
  PgClient.PgClient.use((sql) =>
    Effect.map(
      sql<Row>`
        SELECT status, rejection_reason, attempt_count, lease_token, next_attempt_at, due_at
        FROM inbound_lead LEFT JOIN open_lead USING (id) WHERE id = ${id}`,
      (rows) => rows[0],
    ),
  )
