import { Flag } from "effect/cli"

/** The flag `--pg-bin`. */
export const pgBin = Flag.String("pg-bin").pipe(
  Flag.withDescription("The folder of pg_dump and pg_restore, if not those on PATH"),
  Flag.optional,
)
