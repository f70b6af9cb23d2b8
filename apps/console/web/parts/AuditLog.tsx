/** What people changed: who, what, when, which lead. */
import type { AuditRecord } from "@lead-gateway/client"
import { client } from "../client.ts"
import { DataTable } from "../components/DataTable.tsx"
import { Details } from "../components/Details.tsx"
import { Loading } from "../components/Loading.tsx"
import { More } from "../components/More.tsx"
import { Time } from "../components/Time.tsx"
import { usePaged } from "../paged.ts"

export const AuditLog = () => {
  const paged = usePaged<AuditRecord>(
    "",
    ({ id }) => id,
    (cursor, signal) =>
      client.audit.list(
        { limit: 50, ...(cursor === undefined ? {} : { cursor }) },
        signal === undefined ? {} : { signal },
      ),
  )
  return (
    <section aria-label="Audit">
      <h2>Audit</h2>
      <Loading asked={paged.asked}>
        {() => (
          <>
            <DataTable
              label="All records"
              rows={paged.items}
              keyOf={({ id }) => id}
              columns={[
                { name: "When", show: ({ at }) => <Time at={at} /> },
                { name: "Who", show: ({ operator, via }) => `${operator} (${via})` },
                { name: "What", show: ({ action }) => <code>{action}</code> },
                {
                  name: "Of",
                  show: ({ action, lead_id, subject }) =>
                    lead_id === null ? (
                      `${action.startsWith("token.") ? "token " : ""}${subject ?? ""}`
                    ) : (
                      <a href={`/console/leads/${lead_id}`}>lead {lead_id}</a>
                    ),
                },
                { name: "More", show: ({ details }) => <Details details={details} /> },
              ]}
              empty={<p>Nobody has changed anything yet. Replays, pauses, tokens and exports appear here.</p>}
            />
            <More paged={paged} name="Show older records" />
          </>
        )}
      </Loading>
    </section>
  )
}
