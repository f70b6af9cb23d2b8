/** The documents in force, with their versions, and drafts of them tried on stored leads. */
import type { FlowInForce } from "@lead-gateway/client"
import { useAsked } from "../api.ts"
import { client } from "../client.ts"
import { Choice } from "../components/Choice.tsx"
import { Loading } from "../components/Loading.tsx"
import { Page } from "../components/Page.tsx"
import { documents, isPart } from "../documents.ts"
import { printDocument } from "../drafts.ts"
import { DocumentsInForce } from "../parts/DocumentsInForce.tsx"
import { Draft } from "../parts/Draft.tsx"
import { useQuery } from "../query.ts"
import { may } from "../session.ts"

export const Rules = () => {
  const { change, query } = useQuery()
  const part = isPart(query.part) ? query.part : "rules"
  const asked = useAsked<FlowInForce>("", (signal) => client.flow({ signal }))
  return (
    <Page
      title="Rules"
      isLoading={asked.isLoading.value}
      actions={
        <Choice
          label="Document"
          value={part}
          options={Object.entries(documents).map(([value, { name }]) => ({ value, name }))}
          onChange={(value) => change({ part: value === "rules" ? undefined : value })}
        />
      }
    >
      <Loading asked={asked}>
        {(flow) => (
          <>
            <p>
              {documents[part].purpose} Version <code>{flow.versions[part]}</code>, read from the file of{" "}
              <code>{documents[part].setting}</code> when the process started.
            </p>
            {flow.warnings.map((warning) => (
              <p key={warning} class="notice warn">
                {warning}
              </p>
            ))}
            <DocumentsInForce flow={flow} />
            {may("operator") ? (
              <Draft key={part} part={part} document={flow.documents[part]} />
            ) : (
              <pre class="card" tabIndex={0} role="region" aria-label={documents[part].name}>
                {printDocument(flow.documents[part])}
              </pre>
            )}
          </>
        )}
      </Loading>
    </Page>
  )
}
