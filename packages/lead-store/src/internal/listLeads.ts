import { type LeadState, openStates, settledStates, statusOf } from "@lead-gateway/lead"
import type { ListOptions } from "../LeadPage.ts"
import { boundsOf } from "./receivedBounds.ts"
import { isTest } from "./sources.ts"
import { isOpen } from "./sql.ts"

/** A statement and its parameters. */
export interface Query {
  readonly text: string
  readonly values: ReadonlyArray<unknown>
}

/**
 * The statement of one page of a list: the newest leads first, from the narrow tables, by id and never by offset.
 *
 * A page looks at a bounded number of rows, {@link windows}, whatever is asked for. If fewer of them match than a page has
 * room for, the page ends at `edge`, down to which all leads have been looked at, and the next one goes on from there.
 *
 * Without a filter that singles leads out, it merges one index scan for each state. With an e-mail, a phone or a
 * correlation id, it looks up the leads that have it; test leads by the audit, which has one entry for each. Undefined if no lead can match.
 */
export const listQuery = (options: ListOptions): Query | undefined => {
  const states = statesOf(options)
  if (states.settled.length + states.open.length === 0) return undefined
  const values: Array<unknown> = []
  const parameter = (value: unknown, type: string) => `$${values.push(value)}::${type}`
  const limit = parameter(options.limit + 1, "integer")
  const before = parameter(options.before ?? Number.MAX_SAFE_INTEGER, "bigint")
  const { ctes, idIsWithin, timeIsWithin } = boundsOf(options, parameter)
  const customer = options.customer === undefined ? undefined : parameter(options.customer, "text")
  const customerId = `(SELECT id FROM customer WHERE tenant_id = 1 AND name = ${customer})`
  const reason = options.reason === undefined ? undefined : parameter(options.reason, "text")
  const hashes = options.contacts.map((hash) => parameter(hash, "uuid"))
  const correlationId =
    options.correlationId === undefined ? undefined : parameter(options.correlationId, "text")

  const idIs = (id: string) => `${id} < ${before} AND ${idIsWithin(id)}`
  const isOfCustomer =
    customer &&
    `EXISTS (SELECT FROM delivery WHERE delivery.lead_id = seen.lead_id AND delivery.customer_id = ${customerId})`
  const [firstHash, ...otherHashes] = hashes
  const isLookup = firstHash !== undefined || correlationId !== undefined || options.isTest === true
  const isWanted =
    options.isTest !== undefined &&
    `EXISTS (SELECT FROM lead WHERE lead.id = seen.lead_id AND (${isTest("lead")}) = ${options.isTest})`
  const window = isLookup ? windows.lookup : customer === undefined ? limit : windows.customer

  const lookup = (): string => {
    const source =
      firstHash === undefined && correlationId === undefined
        ? `SELECT lead_id FROM audit WHERE tenant_id = 1 AND action = 'lead.test' AND lead_id IS NOT NULL
          AND ${idIs("lead_id")} ORDER BY lead_id DESC`
        : firstHash === undefined
          ? `SELECT id AS lead_id FROM lead WHERE hashtextextended(correlation_id, 0) = hashtextextended(${correlationId}, 0)
          AND correlation_id = ${correlationId} AND ${idIs("id")} ORDER BY id DESC`
          : `SELECT lead_id FROM lead_contact WHERE hash = ${firstHash} AND ${idIs("lead_id")} ORDER BY lead_id DESC`
    const also = otherHashes.map(
      (hash) => `EXISTS (SELECT FROM lead_contact AS c WHERE c.hash = ${hash} AND c.lead_id = found.lead_id)`,
    )
    if (firstHash !== undefined && correlationId !== undefined) {
      also.push(
        `EXISTS (SELECT FROM lead WHERE lead.id = found.lead_id AND lead.correlation_id = ${correlationId})`,
      )
    }
    return `
    found AS MATERIALIZED (
      ${source} LIMIT ${window}
    ), edge AS MATERIALIZED (
      SELECT CASE WHEN count(*) = ${window} THEN min(lead_id) ELSE 0 END AS id FROM found
    ), seen AS (
      -- A lead that was replayed is found once for each time it was decided.
      SELECT DISTINCT ON (found.lead_id) found.lead_id, coalesce(settled.received_at, work.received_at) AS received_at,
        coalesce(settled.state, work.state) AS state, settled.reason
      FROM found LEFT JOIN settled_lead AS settled ON settled.lead_id = found.lead_id
      LEFT JOIN LATERAL (
        SELECT received_at, state FROM work WHERE work.lead_id = found.lead_id ORDER BY delivery_no DESC LIMIT 1
      ) AS work ON true
      WHERE ${["coalesce(settled.state, work.state) IS NOT NULL", ...also].join(" AND ")}
      ORDER BY found.lead_id DESC
    )`
  }
  const lookupResidual = [
    timeIsWithin("seen.received_at"),
    ...(isOfCustomer === undefined ? [] : [isOfCustomer]),
    `seen.state IN (${[...states.settled, ...states.open, null].map((state) => (state === null ? "NULL" : `'${state}'`)).join(", ")})`,
    ...(reason === undefined ? [] : [`seen.reason = ${reason}`]),
  ]

  // Rows that the index finds and the exact time leaves out are those of a few seconds.
  const isWithin = `${idIs("lead_id")} AND ${timeIsWithin("received_at")}`
  const settledScan = (state: LeadState, index: number) => `(
      SELECT ${index} AS scan, lead_id, received_at, state, reason FROM settled_lead
      WHERE tenant_id = 1 AND state = '${state}' AND ${isWithin}
        ${reason === undefined ? "" : `AND reason = ${reason}`} ${customer === undefined ? "" : `AND ${customerId} IS NOT NULL`}
      ORDER BY lead_id DESC LIMIT ${window}
    )`
  // Work done long ago has left dead rows in its index, so these scans end where the settled page ends.
  const openScan = (listedAs: LeadState, also: string, index: number) => `(
      SELECT ${index} AS scan, lead_id, delivery_no, received_at, state, NULL AS reason FROM work
      WHERE tenant_id = 1 AND listed_as = '${listedAs}' AND ${isWithin}
        AND lead_id >= (SELECT id FROM settled_edge) AND ${also}
        ${customer === undefined ? "" : `AND ${customerId} IS NOT NULL`}
      ORDER BY lead_id DESC LIMIT ${window}
    )`
  /** READY leads in their first attempt are listed as RECEIVED, the oldest there: see `work.listed_as`. */
  const firstAttempts = (index: number) => `(
      SELECT ${index} AS scan, lead_id, delivery_no, received_at, state, NULL AS reason FROM (
        SELECT * FROM work WHERE tenant_id = 1 AND listed_as = 'RECEIVED' ORDER BY lead_id LIMIT 10000
      ) AS oldest WHERE state = 'READY' AND ${isWithin} ORDER BY lead_id DESC LIMIT ${window}
    )`
  const scans = (): string => {
    const isAny = options.status === undefined && customer === undefined
    const open = isAny
      ? states.open.map((state, index) => openScan(state, isOpen("state"), index))
      : states.open.flatMap((state, index) => [
          openScan(state, `state = '${state}'`, index),
          ...(state === "READY" ? [firstAttempts(openStates.length)] : []),
        ])
    return `
    settled AS MATERIALIZED (
      ${[...states.settled.map(settledScan), noSettled].join(" UNION ALL ")}
    ), settled_edge AS MATERIALIZED (
      SELECT coalesce(max(last), 0) AS id FROM (
        SELECT min(lead_id) AS last FROM settled GROUP BY scan HAVING count(*) = ${window}
      ) AS full_scan
    ), open AS MATERIALIZED (
      ${[...open, noOpen].join(" UNION ALL ")}
    ), edge AS MATERIALIZED (
      SELECT coalesce(max(last), 0) AS id FROM (
        SELECT id AS last FROM settled_edge
        UNION ALL
        SELECT min(lead_id) FROM open GROUP BY scan HAVING count(*) = ${window}
      ) AS full_scan
    ), seen AS (
      SELECT lead_id, received_at, state, reason FROM settled
      UNION ALL
      (SELECT DISTINCT ON (lead_id) lead_id, received_at, state, reason FROM open ORDER BY lead_id, delivery_no DESC)
    )`
  }

  const conditions = [
    "seen.lead_id >= edge.id",
    ...(isLookup ? lookupResidual : isOfCustomer === undefined ? [] : [isOfCustomer]),
    ...(isWanted === false ? [] : [isWanted]),
  ]
  const text = `
    WITH ${[...ctes, isLookup ? lookup() : scans()].join(", ")}, page AS MATERIALIZED (
      SELECT seen.* FROM edge CROSS JOIN LATERAL (SELECT * FROM seen ORDER BY lead_id DESC) AS seen
      WHERE ${conditions.join(" AND ")} ORDER BY seen.lead_id DESC LIMIT ${limit}
    )
    SELECT edge.id AS edge, listed.* FROM edge LEFT JOIN (${details}) AS listed ON true ORDER BY listed.lead_id DESC`
  return { text, values }
}

/** How many rows of a state a page looks at, at most, by what is filtered without an index of its own. */
const windows = { lookup: 1000, customer: 500 } as const

/** What the wide tables and `work` add to a page: few rows, each by its key in one partition. */
const details = `
  SELECT page.lead_id, page.received_at, page.state::text AS state, page.reason, lead.correlation_id,
    coalesce(work.attempt_no, tried.attempts, 0) AS attempts, work.next_attempt_at,
    ${isTest("lead")} AS is_test
  FROM page JOIN lead ON lead.id = page.lead_id AND lead.tenant_id = 1
  LEFT JOIN LATERAL (
    SELECT attempt_no, CASE WHEN lease IS NULL AND NOT attempt_is_open AND (state <> 'RECEIVED' OR scheduled_at > now())
      THEN nullif(scheduled_at, 'infinity') END AS next_attempt_at
    FROM work WHERE work.lead_id = page.lead_id ORDER BY delivery_no DESC LIMIT 1
  ) AS work ON true
  LEFT JOIN LATERAL (
    SELECT max(attempt_no) AS attempts FROM attempt WHERE attempt.lead_id = page.lead_id
  ) AS tried ON work.attempt_no IS NULL`

/** The states that a list may have. With a reason, only settled ones; with a customer, only those that go to one. */
const statesOf = ({ customer, reason, status }: ListOptions) => {
  const isWanted = (state: LeadState) =>
    (status === undefined || statusOf(state) === status) &&
    (customer === undefined || !withoutCustomer.has(state)) &&
    (reason === undefined || state !== "DELIVERED")
  return {
    settled: settledStates.filter(isWanted),
    open: reason === undefined ? openStates.filter(isWanted) : [],
  }
}

const withoutCustomer: ReadonlySet<LeadState> = new Set(["RECEIVED", "REJECTED", "PARKED"])

/** Empty scans, for lists that no state of a kind can match. */
const noSettled = `(
      SELECT 0 AS scan, NULL::bigint AS lead_id, NULL::timestamptz AS received_at, NULL::lead_state AS state, NULL AS reason WHERE false
    )`
const noOpen = `(
      SELECT 0 AS scan, NULL::bigint AS lead_id, NULL::smallint AS delivery_no, NULL::timestamptz AS received_at,
        NULL::lead_state AS state, NULL AS reason WHERE false
    )`
