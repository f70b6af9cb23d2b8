import type { LeadId } from "@lead-gateway/lead"

/** What a statement is told of one lead, as JSON text: a batch of any size is then one parameter. */
export interface LeadRow {
  readonly id: LeadId
  readonly json: string
}

/** A batch as the JSON array that `json_to_recordset` reads; `WITH ORDINALITY` numbers its rows from 1. */
export const batchJson = (rows: ReadonlyArray<LeadRow>): string =>
  `[${rows.map((row) => row.json).join(",")}]`

/** Ids as the text of a `bigint[]`. */
export const idArray = (ids: ReadonlyArray<LeadId>): string => `{${ids.join(",")}}`
