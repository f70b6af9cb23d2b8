/**
 * Pieces of SQL that several statements share. The names of states, events and outcomes have the types of
 * `@lead-gateway/lead`, so a misspelt one is a type error.
 */
import { PgTypes } from "@effect/sql-pg"
import { type CustomerHealth, type LeadEventType, type LeadState, openStates } from "@lead-gateway/lead"
import { Result } from "effect"

/** The literal of a lead's state. */
export const state = (name: LeadState): string => `'${name}'`

/** The literal of an event's type. */
export const event = (type: LeadEventType): string => `'${type}'`

/** The literal of what an outcome says about the customer. */
export const health = (name: CustomerHealth): string => `'${name}'`

/** Whether work is left for the lead: its state is one of the open ones. */
export const isOpen = (column: string): string => `${column} IN (${openStates.map(state).join(", ")})`

/** Whether the work is not leased now: it never was, it was released, or the lease has ended. */
export const isFree = "(leased_until IS NULL OR leased_until <= now())"

/**
 * Whether the work may be what ended a worker: an undecided lead that has failed for an internal reason. Such a lead is
 * claimed alone.
 */
export const isSuspect = "(state = 'RECEIVED' AND internal_failures > 0)"

/** A time in ISO 8601 and UTC, whatever the session's time zone: `2026-01-21T10:35:00.123Z`. */
export const utc = (moment: string): string =>
  `to_char(${moment} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`

const column =
  (elementOid: number) =>
  (values: ReadonlyArray<unknown>): PgTypes.Parameter =>
    Result.getOrThrow(PgTypes.array(values, elementOid))

/**
 * Array parameters, one for each column of a batch, for `unnest`: a batch of any size is the same statement. They are
 * sent in Postgres's binary format. Values may be null where the type says so.
 */
export const columns = {
  text: column(PgTypes.OID.text) as (values: ReadonlyArray<string | null>) => PgTypes.Parameter,
  int4: column(PgTypes.OID.int4) as (values: ReadonlyArray<number | null>) => PgTypes.Parameter,
  float8: column(PgTypes.OID.float8) as (values: ReadonlyArray<number | null>) => PgTypes.Parameter,
  bool: column(PgTypes.OID.bool) as (values: ReadonlyArray<boolean>) => PgTypes.Parameter,
  uuid: column(PgTypes.OID.uuid) as (values: ReadonlyArray<string | null>) => PgTypes.Parameter,
  bytea: column(PgTypes.OID.bytea) as (values: ReadonlyArray<Uint8Array | null>) => PgTypes.Parameter,
  /** Ids: numbers in TypeScript, 64 bits in Postgres. */
  int8: (values: ReadonlyArray<number>) => column(PgTypes.OID.int8)(values.map(BigInt)),
}
