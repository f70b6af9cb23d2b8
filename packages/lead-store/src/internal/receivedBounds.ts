import type { ListOptions } from "../LeadPage.ts"

/** The conditions of a list by when leads were received. */
export interface ReceivedBounds {
  /** CTEs that find the bounds of ids; none without a filter. */
  readonly ctes: ReadonlyArray<string>
  /** A condition on an id, by an index: true of every lead within, and of few others. */
  readonly idIsWithin: (id: string) => string
  /** The exact condition on a time of arrival. */
  readonly timeIsWithin: (receivedAt: string) => string
}

/**
 * Ids and times of arrival rise together, so a bound in time is a bound on ids, found by a binary search: 24 look-ups by id
 * in ten million leads, and no further index for every lead to be written to.
 *
 * They rise together but for the moment between the start of intake's statement and its taking of ids, which a lock may
 * prolong. So the bounds on ids are {@link slack} wider, and the exact times decide.
 */
export const boundsOf = (
  { receivedBefore, receivedFrom }: Pick<ListOptions, "receivedBefore" | "receivedFrom">,
  parameter: (value: unknown, type: string) => string,
): ReceivedBounds => {
  const ctes: Array<string> = []
  const ids: Array<(id: string) => string> = []
  const times: Array<(receivedAt: string) => string> = []
  if (receivedFrom !== undefined) {
    const time = parameter(receivedFrom.toISOString(), "timestamptz")
    ctes.push(firstId("first_id", `${time} - ${slack}`))
    ids.push((id) => `${id} >= (SELECT id FROM first_id)`)
    times.push((receivedAt) => `${receivedAt} >= ${time}`)
  }
  if (receivedBefore !== undefined) {
    const time = parameter(receivedBefore.toISOString(), "timestamptz")
    ctes.push(firstId("end_id", `${time} + ${slack}`))
    ids.push((id) => `${id} < (SELECT id FROM end_id)`)
    times.push((receivedAt) => `${receivedAt} < ${time}`)
  }
  const all =
    (conditions: ReadonlyArray<(column: string) => string>) =>
    (column: string): string =>
      conditions.length === 0 ? "true" : conditions.map((condition) => condition(column)).join(" AND ")
  return { ctes, idIsWithin: all(ids), timeIsWithin: all(times) }
}

/** Twice the `lock_timeout` of connections, for which intake may wait for a migration. */
const slack = "interval '10 s'"

/** The least id from which on leads were received at this time or later; one more than the last id if none was. */
const firstId = (name: string, time: string): string => `
    ${name} AS MATERIALIZED (
      WITH RECURSIVE step (low, high) AS (
        SELECT 0::bigint, last_value + 1 FROM lead_id_seq
        UNION ALL
        SELECT CASE WHEN is_later THEN low ELSE middle END, CASE WHEN is_later THEN middle ELSE high END
        FROM step CROSS JOIN LATERAL (SELECT (low + high) / 2 AS middle) AS m
        LEFT JOIN LATERAL (
          SELECT lead_id, received_at FROM settled_lead WHERE lead_id >= middle ORDER BY lead_id LIMIT 1
        ) AS settled ON true
        LEFT JOIN LATERAL (
          SELECT received_at FROM work WHERE lead_id >= middle AND lead_id < coalesce(settled.lead_id, high)
          ORDER BY lead_id LIMIT 1
        ) AS work ON true
        CROSS JOIN LATERAL (
          SELECT coalesce(coalesce(work.received_at, settled.received_at) >= ${time}, true) AS is_later
        ) AS l
        WHERE high - low > 1
      ) SELECT min(high) AS id FROM step
    )`
