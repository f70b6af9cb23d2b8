/** What the statements that change leads write for live listeners. `LeadChanges` reads it. */

/**
 * An INSERT that notes changes of state for listeners, one row for each state; nothing while nobody listens, which costs
 * one look at a row that never leaves the cache.
 *
 * `changes` is the name of a CTE with `lead_id` and `state`.
 */
export const noteChanges = (changes: string): string => `
  INSERT INTO lead_change (state, lead_ids)
  SELECT state::text::lead_state, array_agg(lead_id) FROM ${changes}
  WHERE (SELECT listens_until > now() FROM lead_listener WHERE id = 1) GROUP BY state`
