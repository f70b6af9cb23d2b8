/**
 * The settings of every connection of a pool, whatever is stored with the database or the role.
 *
 * Values are written as Postgres shows them, so that {@link differingSettings} can compare.
 */
import type { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"

/** For connections of processes. */
export const sessionSettings: Readonly<Record<string, string>> = {
  // Statements rely on it: they lock rows and read them again.
  default_transaction_isolation: "read committed",
  // Acknowledged means committed: to disk, too.
  synchronous_commit: "on",
  // Far above what a statement of the store takes, whose callers wait 10 s: this is for those whose caller is gone.
  statement_timeout: "30s",
  // More than the 2 s for which a migration stands in the way.
  lock_timeout: "5s",
  // A process that hangs must not keep its locks.
  idle_in_transaction_session_timeout: "1min",
  TimeZone: "UTC",
  // One plan, by index, whatever the tables held when it was made: they grow a million times while a process runs.
  enable_seqscan: "off",
  // What is asked for in the order of an index is read in it, not gathered and sorted.
  enable_bitmapscan: "off",
  enable_hashjoin: "off",
  enable_mergejoin: "off",
  plan_cache_mode: "force_generic_plan",
  // A plan that cannot do without what is off is dear on paper, which alone would have it compiled.
  jit: "off",
}

/** For an operator's command, which may read everything there is. */
export const operatorSettings: Readonly<Record<string, string>> = {
  ...sessionSettings,
  statement_timeout: "0",
}

/** The settings in which a connection differs, each as `jit is on`: a pooler did not pass them on. */
export const differingSettings = (sql: PgClient.PgClient, settings: Readonly<Record<string, string>>) =>
  Effect.map(
    sql<{ name: string; value: string }>`
      SELECT name, current_setting(name) AS value FROM unnest(${Object.keys(settings)}::text[]) AS name`,
    (rows) =>
      rows
        .filter(({ name, value }) => settings[name] !== value)
        .map(({ name, value }) => `${name} is ${value}`),
  )
