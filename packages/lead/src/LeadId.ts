import { Schema } from "effect"

/**
 * A lead's number: from 1, given by Postgres in order of intake, never given twice. Gaps are normal.
 *
 * A 64-bit integer in the database, a plain number here: 2^53 leads are enough.
 */
export const LeadId = Schema.Int.check(
  Schema.isBetween({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
).pipe(Schema.brand("LeadId"))
export type LeadId = typeof LeadId.Type
