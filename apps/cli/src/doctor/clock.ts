import { about, type Finding } from "./Finding.ts"

const { ok, warning, wrong } = about("clock")

/**
 * What this machine's clock is worth, next to Postgres's. Leases and retries go by the latter alone; what a customer's
 * `Retry-After` names as a date, the age of a signature and the names of archive files go by this machine's.
 */
export const clockFinding = (where: string, aheadMs: number, errorMs: number): Finding => {
  const away = Math.max(0, Math.abs(aheadMs) - errorMs)
  const what =
    away === 0
      ? `the same as Postgres's within ${errorMs} ms`
      : `Postgres is ${Math.abs(aheadMs)} ms ${aheadMs > 0 ? "ahead" : "behind"}`
  const advice = "let both machines set their clocks by the network (NTP)"
  if (away > 30_000) return wrong(where, what, advice)
  return away > 1000 ? warning(where, what, advice) : ok(where, what)
}
