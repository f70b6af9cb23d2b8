/** Who holds the lock that a migration waits for. */
import { Effect } from "effect"
import type { DatabaseAddress } from "../DatabaseAddress.ts"
import { attempt, withClient } from "./migrationClient.ts"

/**
 * The lock that a connection waits for at this moment, and who holds it, as people read it:
 * `AccessExclusiveLock on lead, held by process 4711 ("psql", idle in transaction for 00:10:42)`. Undefined when it
 * waits for none. Asked on a connection of its own; the text of the others' statements is not shown.
 */
export const lockWaitOf = (address: DatabaseAddress, process: number) =>
  withClient(address, (client) =>
    Effect.map(
      attempt(() => client.query<{ lock: string; holders: string | null }>(question, [process])),
      ({ rows: [wait] }) =>
        wait === undefined
          ? undefined
          : `${wait.lock}${wait.holders === null ? "" : `, held by ${wait.holders}`}`,
    ),
  )

const question = `
  SELECT mode || ' on ' || coalesce(relation::regclass::text, locktype) AS lock,
    (SELECT string_agg(
       format('process %s ("%s", %s for %s)', pid, application_name, state, date_trunc('second', now() - xact_start)),
       ' and ')
     FROM pg_stat_activity WHERE pid = ANY (pg_blocking_pids(waiting.pid))) AS holders
  FROM pg_locks AS waiting WHERE pid = $1 AND NOT granted LIMIT 1`
