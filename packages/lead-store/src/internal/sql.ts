/**
 * Pieces of SQL that several statements share. States, events and outcomes are called as in `@lead-gateway/lead`, and
 * a misspelt one is a type error.
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

/** Something is left to do for the lead: its state is one of the open ones. */
export const isOpen = (column: string): string => `${column} IN (${openStates.map(state).join(", ")})`

/** Nobody has leased the work: nobody ever did, it was given back, or the lease has ended. */
export const isFree = "(leased_until IS NULL OR leased_until <= now())"

/** A moment as it is written on the wire, whatever the session's time zone: `2026-01-21T10:35:00.123Z`. */
export const utc = (moment: string): string =>
  `to_char(${moment} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`

const column =
  (elementOid: number) =>
  (values: ReadonlyArray<unknown>): PgTypes.Parameter =>
    Result.getOrThrow(PgTypes.array(values, elementOid))

/**
 * The columns of a batch as array parameters, which `unnest` puts side by side: a batch of any size is one statement of
 * one shape. They are sent in Postgres's binary form; nulls are allowed anywhere.
 */
export const columns = {
  text: column(PgTypes.OID.text) as (values: ReadonlyArray<string | null>) => PgTypes.Parameter,
  int4: column(PgTypes.OID.int4) as (values: ReadonlyArray<number | null>) => PgTypes.Parameter,
  float8: column(PgTypes.OID.float8) as (values: ReadonlyArray<number | null>) => PgTypes.Parameter,
  bool: column(PgTypes.OID.bool) as (values: ReadonlyArray<boolean>) => PgTypes.Parameter,
  uuid: column(PgTypes.OID.uuid) as (values: ReadonlyArray<string | null>) => PgTypes.Parameter,
  bytea: column(PgTypes.OID.bytea) as (values: ReadonlyArray<Uint8Array>) => PgTypes.Parameter,
  /** Ids: numbers in TypeScript, 64 bits in Postgres. */
  int8: (values: ReadonlyArray<number>) => column(PgTypes.OID.int8)(values.map(BigInt)),
}
