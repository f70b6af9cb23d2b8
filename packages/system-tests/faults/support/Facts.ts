import type { Exchange, Stall } from "./CustomerBook.ts"
import type { AttemptRow, EventRow, LeadRow, Rows } from "./Rows.ts"
import { correlationOf, type Sent } from "./Senders.ts"

/** `GET /stats/leads/counts`. */
export interface Counts {
  readonly received: number
  readonly rejected: number
  readonly ready: number
  readonly delivered: number
  readonly failed: number
  readonly permanently_failed: number
  readonly total: number
}

/** Everything that can be observed of a run from outside, after it has come to rest. */
export interface Facts {
  readonly sent: ReadonlyArray<Sent>
  readonly rows: Rows
  readonly counts: Counts
  readonly exchanges: ReadonlyArray<Exchange>
  /** Periods in which the customer process was stalled. */
  readonly stalls: ReadonlyArray<Stall>
  /** Whether workers or Postgres were away for longer than a lease may last, so that outcomes may be unknown. */
  readonly outcomesMayBeLost: boolean
  /** Whether the clock of Postgres was set, so that its times mean nothing. */
  readonly databaseTimeJumps?: boolean
  /** All that the processes printed. */
  readonly output: ReadonlyArray<string>
  /** Processes that ended without having been killed: "worker 2 ended with code 1". */
  readonly ended: ReadonlyArray<string>
}

/** All that is known of one stored lead. */
export interface LeadFacts {
  readonly row: LeadRow
  readonly attempts: ReadonlyArray<AttemptRow>
  readonly events: ReadonlyArray<EventRow>
  /** In the order in which the customer got them. */
  readonly exchanges: ReadonlyArray<Exchange>
  readonly stalls: ReadonlyArray<Stall>
  /** The lead that was sent; undefined for a row that nobody sent. */
  readonly sent: Sent | undefined
}

const grouped = <A, K>(list: ReadonlyArray<A>, key: (one: A) => K): ((key: K) => ReadonlyArray<A>) => {
  const groups = Map.groupBy(list, key)
  return (key) => groups.get(key) ?? []
}

/** Groups the facts by stored lead, and lists the exchanges that belong to none. */
export const perLead = (facts: Facts) => {
  const { rows, sent, exchanges } = facts
  const attempts = grouped(rows.attempts, (row) => row.leadId)
  const events = grouped(rows.events, (row) => row.leadId)
  const asked = grouped(exchanges, (exchange) => exchange.correlationId)
  const tries = new Map(
    sent.flatMap((lead) =>
      Array.from({ length: lead.tries }, (_, index) => [correlationOf(lead.uid, index + 1), lead] as const),
    ),
  )
  const leads = rows.leads.map((row): LeadFacts => {
    const correlationId = row.correlationId ?? ""
    const lead = tries.get(correlationId)
    return {
      row,
      attempts: attempts(row.id),
      events: events(row.id),
      exchanges: asked(correlationId),
      stalls: facts.stalls,
      sent: lead?.uid === row.uid ? lead : undefined,
    }
  })
  const known = new Set(rows.leads.map((row) => row.correlationId))
  return { leads, strangers: exchanges.filter((exchange) => !known.has(exchange.correlationId)) }
}
