// Written by test/wire.test.ts (vitest --update) from the contract of the api. Not edited by hand.
import type { Json, JsonInputObject, JsonObject } from "./Json.ts"

export type Error = {
  /** What is wrong: a short text that quotes nothing of the lead */
  readonly error: string
  /** The same as in `X-Correlation-ID` */
  readonly correlation_id: string
}

export type DeepHealth = {
  /** `down`: no lead can be taken; `degraded`: leads are taken, but the queue is away or writes are slow */
  readonly status: "up" | "degraded" | "down"
  readonly version: string
  readonly database: DatabaseHealth
  readonly read_replica?: ReplicaHealth
  readonly schema_version: number | null
  /** The migrations of this version that the database lacks; null when it is down */
  readonly migrations_pending: ReadonlyArray<string> | null
  readonly queue: QueueHealth
  /** For how long the oldest lead that a worker may take has been due; null if none is */
  readonly oldest_due_seconds: number | null
  readonly workers: WorkerHealth
  readonly intake: IntakeHealth
  readonly warnings: ReadonlyArray<string>
}

/** How many webhooks came to which end since the process started */
export type IntakeHealth = {
  /** Answered 200: stored */
  readonly accepted: number
  /** Answered 503 `overloaded` and not stored, by what was too busy */
  readonly shed: {
    /** The process itself was too busy */
    readonly event_loop: number
    /** More leads waited for Postgres than it takes in a short time */
    readonly store: number
    /** Postgres was too busy, found only when the lead had been read */
    readonly waited: number
  }
  /** Answered 503 and stored nevertheless, since Postgres confirmed too late */
  readonly unconfirmed: number
}

/** The workers that are connected to the same Postgres; a gateway is one */
export type WorkerHealth = {
  /** `down` when none is connected */
  readonly status: "up" | "down"
  readonly connections: number | null
  /** How long ago one of them has last asked Postgres something; workers ask every few seconds */
  readonly last_seen_seconds: number | null
}

export type QueueHealth = {
  readonly type: "database" | "redis" | "rabbitmq"
  readonly status: "up" | "down"
  readonly latency_ms: number | null
  readonly depth: number | null
}

/** The streaming replica that lists and statistics are read from */
export type ReplicaHealth = {
  /** Unless `up`, everything is read from the primary: the replica is too far behind, or does not answer, or is none */
  readonly status: "up" | "lagging" | "down"
  /** How far it is behind the primary, at most; null if that is not known */
  readonly lag_ms: number | null
}

export type DatabaseHealth = {
  /** `down` also when it answers and refuses writes */
  readonly status: "up" | "down"
  readonly latency_ms: number | null
  /** How long the last write took, or takes already; null if there was none within a minute. From 500 on the status is `degraded` */
  readonly write_latency_ms: number | null
  /** Why it refuses writes, such as `disk full`, by what the last ones met; null while it accepts them */
  readonly refuses_writes: string | null
}

export type AuditPage = {
  readonly data: ReadonlyArray<AuditRecord>
  readonly next_cursor: string | null
}

export type AuditRecord = {
  readonly id: number
  readonly at: string
  /** The name of the token, the subject of the JWT, the user of the command line, `operator` for `OPERATOR_TOKENS`, `anonymous` with `ENABLE_AUTH=false` */
  readonly operator: string
  /** `token`, `setting`, `jwt`, `cli` or `open` */
  readonly via: string
  /** The token that was used: several may have one name */
  readonly token_id: number | null
  /** Such as `token.create` or `lead.replay` */
  readonly action: string
  readonly lead_id: number | null
  /** What was changed, unless it is a lead: a token's id, a customer, a replay request */
  readonly subject: string | null
  /** Any JSON. Numbers keep every digit. */
  readonly details: Json
}

export type CreatedToken = {
  readonly id: number
  readonly name: string
  /** viewer, operator or admin */
  readonly role: string
  readonly created_at: string
  readonly created_by: string
  readonly expires_at: string | null
  readonly last_used_at: string | null
  readonly revoked_at: string | null
  /** What requests send as `Authorization: Bearer`; shown once */
  readonly token: string
}

export type NewToken = {
  readonly name: string
  readonly role: "viewer" | "operator" | "admin"
  readonly expires_at?: string
}

export type TokenPage = {
  readonly data: ReadonlyArray<OperatorToken>
  readonly next_cursor: string | null
}

export type OperatorToken = {
  readonly id: number
  readonly name: string
  /** viewer, operator or admin */
  readonly role: string
  readonly created_at: string
  readonly created_by: string
  readonly expires_at: string | null
  readonly last_used_at: string | null
  readonly revoked_at: string | null
}

export type Me = {
  readonly name: string
  readonly role: Role
  /** How the operator was recognised; `open` with `ENABLE_AUTH=false`, when everybody is an admin */
  readonly via: "token" | "setting" | "jwt" | "open"
}

export type Role = "viewer" | "operator" | "admin"

export type Processes = {
  readonly data: ReadonlyArray<GatewayProcess>
}

export type GatewayProcess = {
  /** `gateway`: api and worker in one; `command`: somebody's command, such as a backup */
  readonly kind: "api" | "worker" | "gateway" | "command"
  readonly name: string
  /** null: it does not say so */
  readonly version: string | null
  readonly pid: number | null
  /** The end of its host's name */
  readonly host: string | null
  /** Where its connections come from; null: the machine of Postgres itself */
  readonly address: string | null
  readonly since: string
  readonly last_seen_at: string
  /** Its connections to Postgres */
  readonly connections: number
  /** How many of them run a statement now */
  readonly active: number
  /** It is the process that answers */
  readonly is_this: boolean
}

export type CustomerState = {
  readonly id: number
  readonly name: string
  /** Since when an operator has held its deliveries; null: they are not held */
  readonly paused_at: string | null
  readonly paused_by: string | null
  /** Why nothing can be sent to it at all, such as a refused address */
  readonly blocked_reason: string | null
  /** `open`: it is down or refuses every lead; its leads wait, and no attempt is spent */
  readonly circuit: "closed" | "open"
  readonly circuit_changed_at: string | null
  /** Of an open circuit: from when on one lead is sent to see whether the customer is back */
  readonly probe_at: string | null
  /** The rate limit; null: none */
  readonly rate_per_second: number | null
  /** Deliveries that wait for their turn, later retries included; 100000 means that many or more */
  readonly waiting: number
  /** When the delivery was due that has waited longest; null: none is due */
  readonly oldest_due_at: string | null
  /** How many of the last 500 attempts of the newest leads were to it, within the last hour */
  readonly recent_attempts: number
  /** The share of those that failed, 0 to 1; null without any */
  readonly error_share: number | null
}

export type CustomerPage = {
  readonly data: ReadonlyArray<CustomerState>
  readonly next_cursor: string | null
}

export type UnmappedPage = {
  readonly data: ReadonlyArray<UnmappedAnswer>
  readonly next_cursor: string | null
}

export type UnmappedAnswer = {
  readonly attribute: string
  /** null: all other answers to the attribute: beyond 1,000 different ones, longer than 200 characters, or like an e-mail address or a phone number */
  readonly value: string | null
  readonly count: number
  readonly first_seen: string
  readonly last_seen: string
}

export type FlowInForce = {
  /** As this process of the api has read them at its start */
  readonly documents: {
    /** Any JSON. Numbers keep every digit. */
    readonly rules: Json
    /** Any JSON. Numbers keep every digit. */
    readonly profile: Json
    /** Any JSON. Numbers keep every digit. */
    readonly mapping: Json
    /** Any JSON. Numbers keep every digit. */
    readonly template: Json
  }
  readonly versions: FlowVersions
  /** What templates name by `$constant` */
  readonly constants: { readonly [key: string]: string }
  /** What can hardly be meant, such as a redundant rule */
  readonly warnings: ReadonlyArray<string>
  /** By which versions workers have made the last 1,000 decisions on the newest leads, the latest first: workers may run other documents than this process */
  readonly decided_with: ReadonlyArray<{
    /** Any JSON. Numbers keep every digit. */
    readonly versions: Json
    readonly decisions: number
    readonly first_decided_at: string
    readonly last_decided_at: string
    /** Whether they are the versions of this process */
    readonly is_this: boolean
  }>
}

/** The first 12 hex digits of each file's SHA-256 */
export type FlowVersions = {
  readonly rules: string
  readonly profile: string
  readonly mapping: string
  readonly template: string
}

export type StoredTestLead = {
  readonly lead_id: number
  readonly status: "RECEIVED"
  /** `test-` and the correlation id of the request. The customer gets it as `X-Correlation-ID` */
  readonly correlation_id: string
  readonly customer: string
}

export type NewTestLead = {
  /** The customer's name; the only one unless given */
  readonly customer?: string
  /** As a webhook's body; without it, what `GET` proposes. Numbers keep every digit. */
  readonly payload?: Json
}

export type TestPayload = {
  /** Whom it would be for */
  readonly customer: string
  /** Made from the documents in force: it meets the rules and has what the customer needs, as well as that can be found out. It is of nobody: Test Lead, test.lead@example.com, a telephone number that is assigned to nobody */
  readonly payload: Json
  /** What the documents in force decide on it */
  readonly decision: "READY" | "REJECTED" | "PARKED"
  /** Why it would be rejected or parked */
  readonly reason: string | null
}

/** How the rules in force see a lead. It has no value of the lead. */
export type LeadRules = {
  /** The versions of the documents that made the last decision; null while it waits for one */
  readonly decided_with: Json
  readonly versions: FlowVersions
  /** Whether the rules in force, and the profile, are those that decided */
  readonly as_decided: boolean
  /** Which payload the rules see */
  readonly looks_at: "raw" | "normalized"
  /** What the documents in force decide, at the time of the decision */
  readonly decision: "READY" | "REJECTED" | "PARKED"
  readonly reason: string | null
  /** In the order of the rule set; of more than 200, unmet ones are kept first */
  readonly rules: ReadonlyArray<LeadRule>
  /** How many more rules there are */
  readonly left_out: number
  /** Fields that the customer's format needs and the lead lacks */
  readonly missing: ReadonlyArray<string>
  /** Of a rejected lead that meets the rules if they look at its other payload: that one */
  readonly passes_as: "raw" | "normalized" | null
}

export type LeadRule = {
  /** Its place in the rule set, from 0 */
  readonly index: number
  readonly id: string | null
  readonly reason: string
  readonly severity: "reject" | "flag"
  /** The rule's sentence for people */
  readonly message: string | null
  /** What it asks, as the rule set says it */
  readonly condition: Json
  readonly met: boolean
  /** false: a rule before it rejects the lead, so that this one decides nothing */
  readonly reached: boolean
  /** Why it is not met; null if it is */
  readonly finding: {
    /** The rule's reason, or `MISSING_REQUIRED_FIELD` */
    readonly reason: string
    /** The field that was looked at: `house.is_owner` */
    readonly field: string
    /** What was there: `a number`, `absent`, `blank` */
    readonly actual: string
    /** What would have passed: `must be true` */
    readonly expected: string
    /** Both in a sentence */
    readonly explanation: string
  } | null
}

export type PreviewComparison = {
  /** How many were decided on again */
  readonly leads: number
  /** How many were left out: they wait for their decision, or their payloads are too large for the drafts */
  readonly undecided: number
  /** false: there was not enough time for all of them */
  readonly complete: boolean
  /** How many would get another decision, or another reason */
  readonly changed: number
  /** From what to what, the most frequent first */
  readonly changes: ReadonlyArray<{
    readonly from: {
      readonly decision: "READY" | "REJECTED" | "PARKED"
      readonly reason: string | null
    }
    readonly to: {
      readonly decision: "READY" | "REJECTED" | "PARKED"
      readonly reason: string | null
    }
    readonly count: number
    /** The newest of them, 20 at most */
    readonly examples: ReadonlyArray<number>
  }>
  /** Leads that are ready before and after, and whose customer payload would differ */
  readonly payloads_changed: {
    readonly count: number
    /** The newest of them, 20 at most */
    readonly examples: ReadonlyArray<number>
  }
}

export type Preview = {
  readonly decision: "READY" | "REJECTED" | "PARKED"
  /** Why it is rejected or parked */
  readonly reason: string | null
  /** In words, a line for each step and what it found */
  readonly explanation: ReadonlyArray<string>
  /** The same as data: rules, normalise, map, payload */
  readonly steps: ReadonlyArray<Json>
  /** What the customer would get; null unless it is ready */
  readonly customer_payload: Json
  /** What can hardly be meant in the documents, such as a redundant rule */
  readonly warnings: ReadonlyArray<string>
}

export type PreviewRequest = {
  /** A webhook's body */
  readonly payload?: Json
  /** How many of the newest leads to decide on again */
  readonly last?: number
  /** A draft of the rule set; the one in force unless given */
  readonly rules?: Json
  /** A draft of the normaliser's profile; the one in force unless given */
  readonly profile?: Json
  /** A draft of the attribute mapping; the one in force unless given */
  readonly mapping?: Json
  /** A draft of the payload template; the one in force unless given */
  readonly template?: Json
}

export type ReplayResult = {
  /** How many leads met the criteria when the request was first made; null if an earlier release made it */
  readonly matched: number | null
  /** How many were sent back to be decided again, by all calls of this request; 0 of a dry run */
  readonly replayed: number
  readonly left_out?: {
    /** The customer has them: `even_if_delivered` is not set */
    readonly delivered: number
    /** They are under way, or wait for a retry */
    readonly in_flight: number
    /** There is no such lead, or retention has removed it */
    readonly not_found: number
    /** They changed meanwhile, are not what the request is for, or the customer turned out to have them */
    readonly other: number
  }
  /** false: there was not enough time for all leads; make the same request again to continue */
  readonly complete: boolean
}

export type NewReplay = {
  readonly request_id: string
  readonly ids?: ReadonlyArray<number>
  readonly filter?: ReplayFilter
  readonly dry_run?: boolean
  readonly even_if_delivered?: boolean
  /** An RFC 7396 merge patch of the payload of one parked lead. Numbers keep every digit. */
  readonly payload_patch?: Json
}

/** At least one criterion. `FAILED` means parked leads; `received_from` is inclusive, `received_before` exclusive. */
export type ReplayFilter = {
  readonly status?: "REJECTED" | "FAILED" | "PERMANENTLY_FAILED" | "DELIVERED"
  readonly reason?: string
  readonly received_from?: string
  readonly received_before?: string
}

export type Timeline = {
  readonly bucket: "minute" | "hour" | "day"
  readonly from: string
  readonly to: string
  /** From when on everything is counted; null if that is so for the whole answer */
  readonly counted_from: string | null
  /** Every bucket in order, also those in which nothing happened */
  readonly points: ReadonlyArray<TimelinePoint>
}

export type TimelinePoint = {
  readonly at: string
  readonly received: number
  readonly rejected: number
  readonly delivered: number
  /** How often a lead became `FAILED`: the sum of `retried` and `parked` */
  readonly failed: number
  /** Attempts that failed and after which another was scheduled */
  readonly retried: number
  readonly parked: number
  readonly permanently_failed: number
  readonly replayed: number
  /** The milliseconds from received to delivered that half of the bucket's deliveries did not exceed, with an error of 5 % at most; null without deliveries */
  readonly p50_ms: number | null
  /** The milliseconds from received to delivered that 95 % of the bucket's deliveries did not exceed, with an error of 5 % at most; null without deliveries */
  readonly p95_ms: number | null
}

export type Overview = {
  readonly ledger: Ledger
  /** 50 at most, those first to which nothing is sent; `GET /api/v1/customers` has all */
  readonly customers: ReadonlyArray<CustomerState>
  /** As `GET /api/v1/reasons` */
  readonly reasons: ReadonlyArray<ReasonCount>
  readonly health: DeepHealth
}

export type ReasonCount = {
  readonly status: "RECEIVED" | "REJECTED" | "READY" | "DELIVERED" | "FAILED" | "PERMANENTLY_FAILED"
  readonly reason: string
  /** How many leads have it now; 10000 means that many or more */
  readonly leads: number
  /** The newest of them, five at most */
  readonly newest: ReadonlyArray<number>
  readonly newest_at: string
}

export type Ledger = {
  /** Leads ever received */
  readonly received: number
  readonly rejected: number
  readonly delivered: number
  /** The last attempt failed and another is scheduled: one half of `FAILED` */
  readonly retrying: number
  /** A required field is missing: the other half of `FAILED` */
  readonly parked: number
  readonly permanently_failed: number
  /** `RECEIVED` or `READY` */
  readonly in_flight: number
  /** `received` less the sum of the others: always 0 */
  readonly unaccounted: number
}

export type LeadChangedEncoded = string

export type LeadChanged = {
  readonly id: number
  readonly status: "RECEIVED" | "REJECTED" | "READY" | "DELIVERED" | "FAILED" | "PERMANENTLY_FAILED"
  readonly at: string
}

export type Reasons = {
  readonly data: ReadonlyArray<ReasonCount>
}

/** One lead: the history, its deliveries, and an explanation. For viewers, every value of the lead is masked. */
export type LeadDetail = {
  readonly id: number
  readonly received_at: string
  readonly status: "RECEIVED" | "REJECTED" | "READY" | "DELIVERED" | "FAILED" | "PERMANENTLY_FAILED"
  readonly rejection_reason: string | null
  /** The webhook's body: every field, every digit */
  readonly raw_payload: Json
  /** Null until a worker has decided, and where it is so much longer than the webhook's body that it is not stored: then `left_out` in the details of the decision says so */
  readonly normalized_payload: Json
  /** What is delivered; null for a lead that was rejected or parked */
  readonly customer_payload: Json
  readonly delivery_attempts: ReadonlyArray<DeliveryAttempt>
  /** Attributes that were left out of the customer payload, and why */
  readonly omitted_attributes: ReadonlyArray<{
    readonly name: string
    readonly reason: string
    readonly index?: number
  }>
  /** Values that could not be read as the kind that their field is declared to hold: they stayed as they came */
  readonly unread: ReadonlyArray<{
    readonly path: string
    readonly kind: string
  }>
  /** What happened, in order */
  readonly events: ReadonlyArray<LeadEvent>
  /** What is left out, so that a payload of 1 MiB makes a history of less than 4 MiB: a history has the newest 50 attempts, 50 decisions and 200 other events, and 128 KiB of response bodies. Null if nothing is */
  readonly left_out: {
    /** The oldest attempts */
    readonly delivery_attempts: number
    /** Bodies of which only the first 200 characters are shown */
    readonly response_bodies: number
    /** The oldest events, at least so many */
    readonly events: number
  } | null
  /** When the next attempt is due; null when none is scheduled or one is under way */
  readonly next_attempt_at: string | null
  readonly correlation_id: string
  /** An operator sent it as a test */
  readonly test: boolean
  /** What was, or is, to be delivered, in order: one, and one more for each replay; the newest 50 */
  readonly deliveries: ReadonlyArray<Delivery>
  /** What happened, in sentences and in order; the last one says what happens next */
  readonly explanation: ReadonlyArray<string>
}

export type Delivery = {
  /** 0, and one more for each replay */
  readonly delivery_no: number
  /** The customer's name */
  readonly customer: string | null
  readonly created_at: string
  /** The `Idempotency-Key` of all its attempts */
  readonly idempotency_key: string
  /** How many attempts were made for it */
  readonly attempts: number
}

/** One thing that happened to a lead. */
export type LeadEvent = {
  readonly at: string
  /** `received`: the webhook was stored; `ready`: the rules accepted the lead, and it was normalised and mapped; `rejected`: a rule rejected the lead; `parked`: a required field is missing: nothing is sent until an operator replays the lead; `attempt_opened`: an attempt went on record; from now on the customer may see it; `attempt_succeeded`: the customer took the lead; `attempt_failed`: the attempt failed; `fault` says whose fault it was; `attempt_outcome_unknown`: nobody saw how the attempt ended; `retry_scheduled`: another attempt follows at `next_attempt_at`; `delivered`: the lead is with the customer; `permanently_failed`: no attempt follows; `reason` says why; `attempt_withdrawn`: the attempt was not sent after all, and gave its number back; `held_back`: the customer's throttle let nothing through: the delivery waits for it; `snoozed`: the work failed for a reason of ours, and rests until `until`; `patched`: an operator changed the payload that the lead is decided on; the original stays; `replayed`: an operator sent the lead back to be decided again */
  readonly type: string
  /** Any JSON. Numbers keep every digit. */
  readonly details: Json
}

/** One attempt to deliver. `status_code`, `duration_ms` and `response_body` are null while it is open and when no answer came. `customer_reason` is null unless the retry policy names its place and the answer has it. */
export type DeliveryAttempt = {
  readonly attempt_no: number
  readonly attempted_at: string
  readonly success: boolean
  readonly status_code: number | null
  /** Why it failed, or, also of a success, why the answer's body could not be read */
  readonly error_message: string | null
  readonly duration_ms: number | null
  /** Whose fault a failure was: the lead's (its data), the customer's (their API) or ours */
  readonly fault: "lead" | "customer" | "ours" | null
  /** The beginning of the answer's body. It may quote the lead */
  readonly response_body: string | null
  /** The customer's own reason, from the place in the answer's body that the retry policy names. It may quote the lead */
  readonly customer_reason: string | null
}

export type LeadPage = {
  readonly data: ReadonlyArray<ListedLead>
  readonly next_cursor: string | null
}

/** One lead. `rejection_reason` says why it was rejected, parked or given up, else it is null. */
export type ListedLead = {
  readonly id: number
  readonly received_at: string
  readonly status: "RECEIVED" | "REJECTED" | "READY" | "DELIVERED" | "FAILED" | "PERMANENTLY_FAILED"
  readonly rejection_reason: string | null
  readonly correlation_id: string
  /** How many attempts to deliver it were made */
  readonly attempts: number
  /** When the next attempt is due; null when none is scheduled or one is under way */
  readonly next_attempt_at: string | null
  /** An operator sent it as a test */
  readonly test: boolean
}

/** The full history of one lead. The payloads hold personal data. */
export type LeadHistory = {
  readonly id: number
  readonly received_at: string
  readonly status: "RECEIVED" | "REJECTED" | "READY" | "DELIVERED" | "FAILED" | "PERMANENTLY_FAILED"
  readonly rejection_reason: string | null
  /** The webhook's body: every field, every digit */
  readonly raw_payload: Json
  /** Null until a worker has decided, and where it is so much longer than the webhook's body that it is not stored: then `left_out` in the details of the decision says so */
  readonly normalized_payload: Json
  /** What is delivered; null for a lead that was rejected or parked */
  readonly customer_payload: Json
  readonly delivery_attempts: ReadonlyArray<DeliveryAttempt>
  /** Attributes that were left out of the customer payload, and why */
  readonly omitted_attributes: ReadonlyArray<{
    readonly name: string
    readonly reason: string
    readonly index?: number
  }>
  /** Values that could not be read as the kind that their field is declared to hold: they stayed as they came */
  readonly unread: ReadonlyArray<{
    readonly path: string
    readonly kind: string
  }>
  /** What happened, in order */
  readonly events: ReadonlyArray<LeadEvent>
  /** What is left out, so that a payload of 1 MiB makes a history of less than 4 MiB: a history has the newest 50 attempts, 50 decisions and 200 other events, and 128 KiB of response bodies. Null if nothing is */
  readonly left_out: {
    /** The oldest attempts */
    readonly delivery_attempts: number
    /** Bodies of which only the first 200 characters are shown */
    readonly response_bodies: number
    /** The oldest events, at least so many */
    readonly events: number
  } | null
  /** When the next attempt is due; null when none is scheduled or one is under way */
  readonly next_attempt_at: string | null
  readonly correlation_id: string
}

/** One lead. `rejection_reason` says why it was rejected, parked or given up, else it is null. */
export type LeadSummary = {
  readonly id: number
  readonly received_at: string
  readonly status: "RECEIVED" | "REJECTED" | "READY" | "DELIVERED" | "FAILED" | "PERMANENTLY_FAILED"
  readonly rejection_reason: string | null
}

export type LeadCounts = {
  readonly received: number
  readonly rejected: number
  readonly ready: number
  readonly delivered: number
  readonly failed: number
  readonly permanently_failed: number
  /** All leads: the sum of the others */
  readonly total: number
}

/** The lead is committed. With `duplicate`, it was before: the webhook's key, or body, came a second time, and this is the first answer again, with the first correlation id */
export type LeadReceipt = {
  readonly lead_id: number
  readonly status: "RECEIVED"
  readonly correlation_id: string
  readonly duplicate?: true
}

/** Any JSON object. Its fields are kept as they come; numbers keep every digit. */
export type LeadPayload = JsonObject

/** What each route takes and answers. */
export interface Routes {
  /** Send a lead */
  readonly "POST /webhooks/leads": {
    readonly body: JsonInputObject
    readonly answer: LeadReceipt
  }
  /** How many leads are in each status */
  readonly "GET /stats/leads/counts": {
    readonly answer: LeadCounts
  }
  /** The newest leads */
  readonly "GET /stats/leads/recent": {
    readonly query: {
      /** How many items, at most */
      readonly limit?: number
      /** Only leads with a smaller id */
      readonly before?: number
      /** Only leads in this status */
      readonly status?: "RECEIVED" | "REJECTED" | "READY" | "DELIVERED" | "FAILED" | "PERMANENTLY_FAILED"
    }
    readonly answer: ReadonlyArray<LeadSummary>
  }
  /** What happened to one lead */
  readonly "GET /stats/leads/:id/history": {
    readonly params: {
      /** The lead's id */
      readonly id: number
    }
    readonly answer: LeadHistory
  }
  /** Leads by filters, newest first */
  readonly "GET /api/v1/leads": {
    readonly query: {
      /** How many items, at most */
      readonly limit?: number
      /** The `next_cursor` of the page before; without it, the first page */
      readonly cursor?: string
      /** Only leads in this status */
      readonly status?: "RECEIVED" | "REJECTED" | "READY" | "DELIVERED" | "FAILED" | "PERMANENTLY_FAILED"
      /** Only leads that were rejected, parked or given up for this reason */
      readonly reason?: string
      /** Only leads that are delivered to the customer of this name */
      readonly customer?: string
      /** Only leads received at this time or later */
      readonly received_from?: string
      /** Only leads received before this time */
      readonly received_before?: string
      /** Only leads with this e-mail address */
      readonly email?: string
      /** Only leads with this phone number */
      readonly phone?: string
      /** Only leads whose webhook had this correlation id */
      readonly correlation_id?: string
      /** `true`: only test leads, which operators sent; `false`: only others */
      readonly test?: "true" | "false"
    }
    readonly answer: LeadPage
  }
  /** One lead, explained */
  readonly "GET /api/v1/leads/:id": {
    readonly params: {
      /** The lead's id */
      readonly id: number
    }
    readonly query: {
      readonly values?: "masked" | "shown"
    }
    readonly answer: LeadDetail
  }
  /** Leads with all their values, as a file */
  readonly "GET /api/v1/export": {
    readonly query: {
      /** Only leads in this status */
      readonly status?: "RECEIVED" | "REJECTED" | "READY" | "DELIVERED" | "FAILED" | "PERMANENTLY_FAILED"
      /** Only leads that were rejected, parked or given up for this reason */
      readonly reason?: string
      /** Only leads that are delivered to the customer of this name */
      readonly customer?: string
      /** Only leads received at this time or later */
      readonly received_from?: string
      /** Only leads received before this time */
      readonly received_before?: string
      /** Only leads with this e-mail address */
      readonly email?: string
      /** Only leads with this phone number */
      readonly phone?: string
      /** Only leads whose webhook had this correlation id */
      readonly correlation_id?: string
      /** `true`: only test leads, which operators sent; `false`: only others */
      readonly test?: "true" | "false"
      readonly format?: "csv" | "jsonl"
    }
    readonly answer: string
  }
  /** Where all leads ever received are */
  readonly "GET /api/v1/ledger": {
    readonly answer: Ledger
  }
  /** Why leads are not delivered */
  readonly "GET /api/v1/reasons": {
    readonly answer: Reasons
  }
  /** Changes of leads, live */
  readonly "GET /api/v1/events": {
    readonly stream: true
  }
  /** How things stand */
  readonly "GET /api/v1/overview": {
    readonly answer: Overview
  }
  /** What happened to leads, by time */
  readonly "GET /api/v1/timeline": {
    readonly query: {
      /** From this time on; 24 hours before `to` unless given */
      readonly from?: string
      /** Up to, and without, this time; now unless given */
      readonly to?: string
      /** How wide a bucket is; by the length of the time unless given */
      readonly bucket?: "minute" | "hour" | "day"
    }
    readonly answer: Timeline
  }
  /** Send leads again */
  readonly "POST /api/v1/replays": {
    readonly body: NewReplay
    readonly answer: ReplayResult
  }
  /** What would happen to a lead */
  readonly "POST /api/v1/preview": {
    readonly body: PreviewRequest
    readonly answer: Preview | PreviewComparison
  }
  /** How the rules in force see a lead */
  readonly "GET /api/v1/leads/:id/rules": {
    readonly params: {
      /** The lead's id */
      readonly id: number
    }
    readonly answer: LeadRules
  }
  /** What a test lead would be */
  readonly "GET /api/v1/test-leads": {
    readonly query: {
      /** Only leads that are delivered to the customer of this name */
      readonly customer?: string
    }
    readonly answer: TestPayload
  }
  /** Send a test lead */
  readonly "POST /api/v1/test-leads": {
    readonly body: NewTestLead
    readonly answer: StoredTestLead
  }
  /** The documents in force, with their versions */
  readonly "GET /api/v1/flow": {
    readonly answer: FlowInForce
  }
  /** Answers that the mapping does not know */
  readonly "GET /api/v1/unmapped": {
    readonly query: {
      /** How many items, at most */
      readonly limit?: number
      /** The `next_cursor` of the page before; without it, the first page */
      readonly cursor?: string
      /** Only answers to this attribute */
      readonly attribute?: string
    }
    readonly answer: UnmappedPage
  }
  /** How deliveries to customers stand */
  readonly "GET /api/v1/customers": {
    readonly query: {
      /** How many items, at most */
      readonly limit?: number
      /** The `next_cursor` of the page before; without it, the first page */
      readonly cursor?: string
    }
    readonly answer: CustomerPage
  }
  /** Hold a customer's deliveries */
  readonly "POST /api/v1/customers/:name/pause": {
    readonly params: {
      /** The customer's name */
      readonly name: string
    }
    readonly answer: CustomerState
  }
  /** Release a customer's deliveries */
  readonly "POST /api/v1/customers/:name/resume": {
    readonly params: {
      /** The customer's name */
      readonly name: string
    }
    readonly answer: CustomerState
  }
  /** Which processes run */
  readonly "GET /api/v1/processes": {
    readonly answer: Processes
  }
  /** Who asks */
  readonly "GET /api/v1/me": {
    readonly answer: Me
  }
  /** The tokens of operators */
  readonly "GET /api/v1/tokens": {
    readonly query: {
      /** How many items, at most */
      readonly limit?: number
      /** The `next_cursor` of the page before; without it, the first page */
      readonly cursor?: string
    }
    readonly answer: TokenPage
  }
  /** Make a token */
  readonly "POST /api/v1/tokens": {
    readonly body: NewToken
    readonly answer: CreatedToken
  }
  /** Revoke a token */
  readonly "DELETE /api/v1/tokens/:id": {
    readonly params: {
      /** The token's id */
      readonly id: number
    }
    readonly answer: void
  }
  /** What people changed */
  readonly "GET /api/v1/audit": {
    readonly query: {
      /** How many items, at most */
      readonly limit?: number
      /** The `next_cursor` of the page before; without it, the first page */
      readonly cursor?: string
      /** Only what this operator did */
      readonly operator?: string
      /** Only this action, such as `lead.replay` */
      readonly action?: string
      /** Only changes of this lead */
      readonly lead_id?: number
      /** Only changes of this */
      readonly subject?: string
      /** Only from this time on */
      readonly from?: string
      /** Only before this time */
      readonly before?: string
    }
    readonly answer: AuditPage
  }
  /** Answers `OK` while the process serves requests */
  readonly "GET /health": {
    readonly answer: string
  }
  /** Liveness: restart the process when this fails */
  readonly "GET /livez": {
    readonly answer: string
  }
  /** Readiness: the error names the dependency that is down */
  readonly "GET /readyz": {
    readonly answer: string
  }
  /** Versions, dependencies, latencies and warnings; 200 also when something is down */
  readonly "GET /health/deep": {
    readonly answer: DeepHealth
  }
  /** Metrics, for Prometheus */
  readonly "GET /metrics": {
    readonly answer: string
  }
}

/** A method and a path. */
export type RouteName = keyof Routes
