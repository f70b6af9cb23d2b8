import { PgTypes } from "@effect/sql-pg"
import { Result } from "effect"

/**
 * Columns of a batch, as the arrays that `unnest` puts side by side: a batch of any size is one statement of one
 * shape. They travel in Postgres's binary form; nulls are allowed anywhere.
 */
const column =
  (elementOid: number) =>
  (values: ReadonlyArray<unknown>): PgTypes.Parameter =>
    Result.getOrThrow(PgTypes.array(values, elementOid))

export const text: (values: ReadonlyArray<string | null>) => PgTypes.Parameter = column(PgTypes.OID.text)
export const int4: (values: ReadonlyArray<number | null>) => PgTypes.Parameter = column(PgTypes.OID.int4)
export const float8: (values: ReadonlyArray<number | null>) => PgTypes.Parameter = column(PgTypes.OID.float8)
export const bool: (values: ReadonlyArray<boolean>) => PgTypes.Parameter = column(PgTypes.OID.bool)
export const uuid: (values: ReadonlyArray<string | null>) => PgTypes.Parameter = column(PgTypes.OID.uuid)
export const bytea: (values: ReadonlyArray<Uint8Array>) => PgTypes.Parameter = column(PgTypes.OID.bytea)

/** Ids, which are numbers here and 64 bits there. */
export const int8 = (values: ReadonlyArray<number>): PgTypes.Parameter =>
  column(PgTypes.OID.int8)(values.map(BigInt))
