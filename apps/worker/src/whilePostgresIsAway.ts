import { Duration, Schedule } from "effect"

/** How what must not be lost is tried again: after 0.1 s, doubling up to 5 s, until it succeeds or the process stops. */
export const whilePostgresIsAway = {
  schedule: Schedule.min([Schedule.exponential(Duration.millis(100)), Schedule.spaced(Duration.seconds(5))]),
  while: (error: { readonly _tag: string }) => error._tag === "StoreUnavailable",
}
