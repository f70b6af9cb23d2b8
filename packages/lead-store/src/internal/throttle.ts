/**
 * The throttle of a customer in SQL: a circuit breaker and a rate limit, kept in the customer's row and shared by all
 * workers. The statements that open attempts take permits from it and those that complete attempts report to it, so it
 * needs no round trip and always agrees with the recorded attempts. Why it is in Postgres: docs/decisions/0009.
 *
 * The rate limit is GCRA (generic cell rate algorithm, ITU-T I.371). A twentieth of the rate is reserved for varying
 * delays between a permit and the customer. A burst of another twentieth of a second's deliveries is permitted, and the
 * spacing is longer to compensate for it. So the customer gets at most `rate_per_second` deliveries within any one second:
 * with 100, bursts of 4 and 92 a second. After a recovery the rate grows from 1 to 1024 a second over `breaker_ramp`, and
 * then there is no such limit.
 */
import { health } from "./sql.ts"

/** The number of permits that means "no limit". */
export const unlimited = 2_147_483_647

/**
 * A subquery on the customer's row `c`: `at` (now), `permits` (how many deliveries may begin now), `again_at` (when to try
 * again if none may), `next_send` and `spacing` (of the rate limit, null without one).
 *
 * A stored time further ahead than the settings permit is ignored: the clock was set back, or the settings changed.
 */
const throttleOf = (c: string): string => `(
  SELECT t.at, s.spacing, n.next_send,
    CASE
      WHEN ${c}.blocked_reason IS NOT NULL OR ${c}.paused_at IS NOT NULL THEN 0
      WHEN ${c}.circuit = 'open' THEN (p.probe_at <= t.at)::integer
      WHEN r.rate IS NULL THEN ${unlimited}
      ELSE greatest(0, floor(b.burst - extract(epoch FROM n.next_send - t.at)::float8 / extract(epoch FROM s.spacing)::float8 + 1e-9))
    END::integer AS permits,
    CASE
      WHEN ${c}.blocked_reason IS NOT NULL THEN 'infinity'
      -- Nobody wakes the workers when it is resumed: they look again.
      WHEN ${c}.paused_at IS NOT NULL THEN t.at + interval '0.5 s'
      WHEN ${c}.circuit = 'open' THEN p.probe_at
      WHEN r.rate IS NULL THEN t.at
      ELSE n.next_send - (b.burst - 1) * s.spacing
    END AS again_at
  FROM (SELECT clock_timestamp() AS at) AS t
  CROSS JOIN LATERAL (
    SELECT CASE WHEN ${c}.probe_at > t.at + greatest(10 * ${c}.breaker_open_for, ${c}.probe_timeout) THEN t.at ELSE ${c}.probe_at END AS probe_at
  ) AS p
  CROSS JOIN LATERAL (
    SELECT least(
      0.95 * ${c}.rate_per_second,
      CASE WHEN t.at < ${c}.circuit_changed_at + ${c}.breaker_ramp THEN 2 ^ (
        10 * greatest(extract(epoch FROM t.at - ${c}.circuit_changed_at), 0) / nullif(extract(epoch FROM ${c}.breaker_ramp), 0)
      ) END
    )::float8 AS rate
  ) AS r
  CROSS JOIN LATERAL (SELECT greatest(1, floor(r.rate / 20)) AS burst) AS b
  -- Rounded up to microseconds, the resolution of times: rounded down, the spacings would permit one delivery too many.
  CROSS JOIN LATERAL (SELECT make_interval(secs => ceil(1e6 / (r.rate - b.burst + 1)) / 1e6) AS spacing) AS s
  CROSS JOIN LATERAL (
    -- During a ramp the spacing shrinks; earlier, longer ones may have set the time up to a second ahead.
    SELECT CASE WHEN ${c}.next_send_at > t.at + greatest(b.burst * s.spacing, '1 s') THEN t.at
      ELSE greatest(${c}.next_send_at, t.at) END AS next_send
  ) AS n
)`

/** Joins the row `throttle` to a `customer AS c`: what may be sent now. Takes no permits. */
export const peek = `CROSS JOIN LATERAL ${throttleOf("c")} AS throttle`

/**
 * The CTE `throttled`: takes permits for the deliveries that the CTE `leased` wants to make. It has a row for each customer
 * that is throttled now, with the number of permits and its `circuit`: closed, open, or paused. A customer that is not throttled has no row in it, and its own row
 * is only read.
 *
 * `leased` has `customer_id`, `lead_id` and `wants`. While the circuit is open, one delivery is permitted as a probe.
 */
export const takePermits = `
  asked AS (
    SELECT customer_id, count(*)::integer AS deliveries, min(lead_id) AS first_lead
    FROM leased WHERE wants GROUP BY customer_id ORDER BY customer_id
  ), throttled AS (
    UPDATE customer AS c SET (permits, next_send_at, circuit_changed_at, probe_lead, probe_at) = (
      SELECT granted,
        CASE WHEN c.circuit = 'closed' AND granted > 0 THEN throttle.next_send + granted * throttle.spacing ELSE c.next_send_at END,
        CASE WHEN c.circuit = 'closed' AND granted > 0 THEN least(c.circuit_changed_at, throttle.at) ELSE c.circuit_changed_at END,
        CASE WHEN c.circuit = 'open' AND granted > 0 THEN asked.first_lead ELSE c.probe_lead END,
        CASE WHEN c.circuit = 'open' AND granted > 0 THEN throttle.at + c.probe_timeout ELSE c.probe_at END
      FROM ${throttleOf("c")} AS throttle,
        LATERAL (SELECT least(throttle.permits, asked.deliveries) AS granted) AS g
    )
    FROM asked
    WHERE c.id = asked.customer_id AND (
      c.blocked_reason IS NOT NULL OR c.paused_at IS NOT NULL OR c.circuit = 'open' OR c.rate_per_second IS NOT NULL
      OR clock_timestamp() < c.circuit_changed_at + c.breaker_ramp
    )
    RETURNING c.id AS customer_id, c.permits, CASE WHEN c.paused_at IS NULL THEN c.circuit ELSE 'paused' END AS circuit
  )`

/** How many of a customer's deliveries may be made: the permits of `throttled`, or no limit without a row in it. */
export const permitsTaken = `coalesce(throttled.permits, ${unlimited})`

/**
 * The CTE `noted`: updates the customers' circuits by the outcomes in the CTE `completed`.
 *
 * `completed` has `customer_id`, `lead_id` and `health`, a `CustomerHealth`. It holds only outcomes that this statement
 * records, so each counts once. If a customer's deliveries succeed, as before, its row is only read.
 */
export const noteOutcomes = `
  reported AS (
    SELECT customer_id, bool_or(health = ${health("success")}) AS succeeded,
      coalesce(array_agg(lead_id) FILTER (WHERE health = ${health("rejected")}), '{}') AS rejected,
      coalesce(array_agg(lead_id) FILTER (WHERE health = ${health("unavailable")}), '{}') AS unavailable,
      coalesce(array_agg(lead_id) FILTER (WHERE health = ${health("unknown")}), '{}') AS unknown
    FROM completed GROUP BY customer_id ORDER BY customer_id
  ), noted AS (
    UPDATE customer AS c SET (
      circuit, circuit_changed_at, failed_leads, open_for, probe_at, probe_lead, next_send_at
    ) = (
      SELECT
        CASE event WHEN 'recovered' THEN 'closed' WHEN 'tripped' THEN 'open' ELSE c.circuit END,
        CASE WHEN event IN ('recovered', 'tripped') THEN t.at ELSE c.circuit_changed_at END,
        CASE WHEN event IN ('recovered', 'succeeded') THEN '{}' WHEN event IN ('failed', 'tripped') THEN f.failed ELSE c.failed_leads END,
        CASE event WHEN 'probe_failed' THEN f.longer WHEN 'tripped' THEN f.first ELSE c.open_for END,
        CASE event WHEN 'recovered' THEN NULL WHEN 'probe_failed' THEN t.at + f.longer WHEN 'tripped' THEN t.at + f.first ELSE c.probe_at END,
        CASE WHEN event IN ('recovered', 'probe_failed', 'tripped') THEN NULL ELSE c.probe_lead END,
        CASE event WHEN 'recovered' THEN t.at ELSE c.next_send_at END
      FROM (SELECT clock_timestamp() AS at) AS t
      CROSS JOIN LATERAL (
        SELECT ARRAY (SELECT DISTINCT l FROM unnest(c.failed_leads || reported.unavailable) AS l ORDER BY l) AS failed,
          least(CASE WHEN c.probe_lead = ANY (reported.unavailable) THEN 2 * c.open_for ELSE c.open_for END, 10 * c.breaker_open_for) AS longer,
          -- The circuit was closed for a shorter time than it was open before: it is flapping, and stays open longer.
          CASE WHEN t.at - c.open_for < c.circuit_changed_at THEN least(2 * c.open_for, 10 * c.breaker_open_for)
            ELSE c.breaker_open_for END AS first
      ) AS f
      CROSS JOIN LATERAL (
        SELECT CASE
          WHEN c.circuit = 'open' THEN CASE
            WHEN reported.succeeded OR c.probe_lead = ANY (reported.rejected) THEN 'recovered'
            WHEN c.probe_lead = ANY (reported.unavailable || reported.unknown) THEN 'probe_failed'
          END
          WHEN reported.succeeded THEN 'succeeded'
          WHEN cardinality(f.failed) < c.breaker_failures THEN 'failed'
          ELSE 'tripped'
        END AS event
      ) AS e
    )
    FROM reported
    WHERE c.id = reported.customer_id AND CASE c.circuit
      WHEN 'open' THEN reported.succeeded OR c.probe_lead = ANY (reported.rejected || reported.unavailable || reported.unknown)
      ELSE reported.unavailable <> '{}' OR (reported.succeeded AND c.failed_leads <> '{}')
    END
  )`
