import { PgClient } from "@effect/sql-pg"
import { Context, Effect, Layer, Option } from "effect"
import { type Actor, auditParameter, insertAudit } from "./Audit.ts"
import { storableText } from "./storable.ts"
import { storeCall, type StoreError } from "./StoreError.ts"

/** How deliveries to a customer stand. It holds no value of a lead. */
export interface CustomerState {
  readonly id: number
  readonly name: string
  /** Since when an operator has held its deliveries; null: they are not held. */
  readonly pausedAt: Date | null
  readonly pausedBy: string | null
  /** Why nothing can be sent to it at all, such as a refused address. */
  readonly blockedReason: string | null
  readonly circuit: "closed" | "open"
  /** Null: never. */
  readonly circuitChangedAt: Date | null
  /** Of an open circuit: from when on one lead is sent to see whether the customer is back. */
  readonly probeAt: Date | null
  /** The rate limit; null: none. */
  readonly ratePerSecond: number | null
  /** Deliveries that wait for their turn, later retries included; 100,000 means that many or more. */
  readonly waiting: number
  /** When the delivery was due that has waited longest; null: none is due. */
  readonly oldestDueAt: Date | null
  /** Attempts among the last 500 of the newest leads that were made within the last hour. */
  readonly recentAttempts: number
  /** How many of those failed: 0 to 1; null without any. */
  readonly errorShare: number | null
}

/** How many waiting deliveries are counted at most. */
const countedWaiting = 100_000

/** How many attempts of the newest leads are looked at. */
const recentAttempts = 500

/**
 * Customers as operators see them, and the switch by which they hold a customer's deliveries.
 *
 * A pause is a part of the throttle: the statement that opens attempts looks at it, so it holds in all workers from its
 * commit on, spends no attempt, and outlives restarts. Attempts that are open end as usual. Used by the api.
 */
export class CustomerStates extends Context.Service<
  CustomerStates,
  {
    /** In the order of their ids. */
    readonly list: (query: {
      readonly limit: number
      /** Only customers with a greater id: the last one of the page before. */
      readonly after?: number | undefined
    }) => Effect.Effect<ReadonlyArray<CustomerState>, StoreError>
    /** Those first to which nothing is sent: blocked, with an open circuit, paused. Then the others, by their ids. */
    readonly heldFirst: (query: {
      readonly limit: number
    }) => Effect.Effect<ReadonlyArray<CustomerState>, StoreError>
    /** Holds a customer's deliveries, and audits it; none if there is no such customer. May be repeated. */
    readonly pause: (name: string, by: Actor) => Effect.Effect<Option.Option<CustomerState>, StoreError>
    /** Releases them: workers claim what waits within about a second. */
    readonly resume: (name: string, by: Actor) => Effect.Effect<Option.Option<CustomerState>, StoreError>
  }
>()("@lead-gateway/lead-store/CustomerStates") {
  static readonly layer: Layer.Layer<CustomerStates, never, PgClient.PgClient> = Layer.effect(
    CustomerStates,
    Effect.map(PgClient.PgClient, (sql) => {
      const states = (statement: string, parameters: ReadonlyArray<unknown>) =>
        Effect.map(sql.unsafe<StateRow>(statement, [...parameters]), (rows) => rows.map(stateOf))
      const change = (action: "customer.pause" | "customer.resume", statement: string) =>
        Effect.fnUntraced(
          function* (name: string, actor: Actor) {
            const stored = storableText(name)
            const entry = auditParameter({ actor, action, subject: name })
            yield* sql.unsafe(statement, [stored, storableText(actor.name), entry])
            return Option.fromUndefinedOr((yield* states(select("name = $1::text"), [stored]))[0])
          },
          storeCall(action === "customer.pause" ? "CustomerStates.pause" : "CustomerStates.resume"),
        )
      return CustomerStates.of({
        list: ({ after = 0, limit }) =>
          storeCall("CustomerStates.list")(
            states(`${select("id > $1::integer")} LIMIT $2::integer`, [after, limit]),
          ),
        heldFirst: ({ limit }) =>
          storeCall("CustomerStates.heldFirst")(
            states(`${select("id > 0", `${held}, c.id`)} LIMIT $1::integer`, [limit]),
          ),
        pause: change("customer.pause", pause),
        resume: change("customer.resume", resume),
      })
    }),
  )
}

/** Audited only if it changes something. The parameter $2, the operator, is of both statements. */
const change = (assignments: string, condition: string): string => `
  WITH changed AS (
    UPDATE customer SET ${assignments} WHERE tenant_id = 1 AND name = $1::text AND ${condition} RETURNING id
  )
  ${insertAudit("$3", "EXISTS (SELECT FROM changed)")} AND $2::text IS NOT NULL`

const pause = change("paused_at = now(), paused_by = $2::text", "paused_at IS NULL")
const resume = change("paused_at = NULL, paused_by = NULL", "paused_at IS NOT NULL")

interface StateRow {
  readonly id: number
  readonly name: string
  readonly paused_at: Date | null
  readonly paused_by: string | null
  readonly blocked_reason: string | null
  readonly circuit: "closed" | "open"
  readonly circuit_changed_at: Date | null
  readonly probe_at: Date | null
  readonly rate_per_second: number | null
  readonly waiting: number
  readonly oldest_due_at: Date | null
  readonly attempts: number
  readonly failed: number
}

/**
 * Bounded reads: an index scan of {@link countedWaiting} entries of the customer's lane at most, the first hundred due ones
 * (the sweep postpones `due_at`, not `scheduled_at`), and the newest {@link recentAttempts} attempts by lead.
 */
const select = (condition: string, order = "c.id"): string => `
  WITH recent AS MATERIALIZED (
    SELECT lead_id, delivery_no, success, requested_at FROM attempt
    ORDER BY lead_id DESC, attempt_no DESC LIMIT ${recentAttempts}
  ), counted AS MATERIALIZED (
    SELECT customer_id, count(*)::integer AS attempts, (count(*) FILTER (WHERE NOT success))::integer AS failed FROM (
      SELECT success, (
        SELECT customer_id FROM delivery
        WHERE delivery.lead_id = recent.lead_id AND delivery.delivery_no = recent.delivery_no
      ) AS customer_id
      FROM recent WHERE requested_at > now() - interval '1 hour'
    ) AS attempt GROUP BY customer_id
  )
  SELECT c.id, c.name, c.paused_at, c.paused_by, c.blocked_reason, c.circuit,
    nullif(c.circuit_changed_at, '-infinity') AS circuit_changed_at,
    CASE WHEN c.circuit = 'open' THEN c.probe_at END AS probe_at, c.rate_per_second,
    (
      SELECT count(*)::integer FROM (SELECT FROM work WHERE lane = c.id LIMIT ${countedWaiting}) AS first
    ) AS waiting,
    (
      SELECT min(scheduled_at) FROM (
        SELECT scheduled_at FROM work WHERE lane = c.id ORDER BY due_at LIMIT 100
      ) AS first WHERE scheduled_at <= now()
    ) AS oldest_due_at,
    coalesce(counted.attempts, 0) AS attempts, coalesce(counted.failed, 0) AS failed
  FROM customer AS c LEFT JOIN counted ON counted.customer_id = c.id
  WHERE c.tenant_id = 1 AND c.${condition} ORDER BY ${order}`

/** The gravest first. */
const held = "c.blocked_reason IS NULL, c.circuit <> 'open', c.paused_at IS NULL"

const stateOf = (row: StateRow): CustomerState => ({
  id: row.id,
  name: row.name,
  pausedAt: row.paused_at,
  pausedBy: row.paused_by,
  blockedReason: row.blocked_reason,
  circuit: row.circuit,
  circuitChangedAt: row.circuit_changed_at,
  probeAt: row.probe_at,
  ratePerSecond: row.rate_per_second,
  waiting: row.waiting,
  oldestDueAt: row.oldest_due_at,
  recentAttempts: row.attempts,
  errorShare: row.attempts === 0 ? null : row.failed / row.attempts,
})
