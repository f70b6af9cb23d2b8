import type { PgClient } from "@effect/sql-pg"
import { Duration, Effect } from "effect"
import type { Outlook } from "../Step.ts"
import { storeCall } from "../StoreError.ts"

/** Looks at the first entries of two small indexes and at the customer's gate. */
export const lookAhead = (sql: PgClient.PgClient, gate: string) =>
  sql<{ seconds: number | null; circuit: string }>`
    SELECT extract(epoch FROM least(
        (SELECT min(due_at) FROM open_lead WHERE NOT is_decided),
        greatest(
          (SELECT min(due_at) FROM open_lead WHERE is_decided),
          CASE WHEN gate.permits = 0 AND EXISTS (SELECT FROM open_lead WHERE is_decided) THEN gate.again_at END
        )
      ) - now())::float8 AS seconds, gate.circuit
    FROM peek_permits(${gate}::text::jsonb) AS gate`.pipe(
    Effect.map((rows): Outlook => {
      const seconds = rows[0]?.seconds ?? undefined
      return {
        untilDue: seconds === undefined ? undefined : Duration.seconds(Math.max(0, seconds)),
        isHeldBack: rows[0]?.circuit === "open",
      }
    }),
    storeCall("LeadWork.outlook"),
  )
