import { Duration, Schedule } from "effect"

/** 0.1 s, doubling up to 5 s, for ever. */
export const pauses = Schedule.min([
  Schedule.exponential(Duration.millis(100)),
  Schedule.spaced(Duration.seconds(5)),
])

/** How what must not be lost is tried again until Postgres is back or the process stops. */
export const whilePostgresIsAway = {
  schedule: pauses,
  while: (error: { readonly _tag: string }) => error._tag === "StoreUnavailable",
}
