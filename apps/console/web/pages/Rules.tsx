/** The documents in force, with their versions, and drafts of them tried on stored leads. */
import type { FlowInForce } from "@lead-gateway/client"
import { useAsked } from "../api.ts"
import { client } from "../client.ts"
import { Choice } from "../components/Choice.tsx"
import { Loading } from "../components/Loading.tsx"
import { Page } from "../components/Page.tsx"
import { Time } from "../components/Time.tsx"
import { formatCount } from "../format.ts"
import { Draft } from "../parts/Draft.tsx"
import { useQuery } from "../query.ts"
import { may } from "../session.ts"

/** The documents of a flow, in the order in which a lead meets them. */
const documents = {
  rules: { name: "Rules", setting: "LEAD_RULES_FILE", purpose: "Which leads are wanted." },
  profile: {
    name: "Profile",
    setting: "NORMALIZER_PROFILE_FILE",
    purpose: "How fields are read and normalised.",
  },
  mapping: {
    name: "Mapping",
    setting: "ATTRIBUTE_MAPPING_FILE",
    purpose: "Which attributes and answers the customer knows.",
  },
  template: {
    name: "Template",
    setting: "PAYLOAD_TEMPLATE_FILE",
    purpose: "The shape of what the customer gets.",
  },
} as const

type Part = keyof typeof documents

export const Rules = () => {
  const { change, query } = useQuery()
  const part: Part =
    query.part !== undefined && Object.hasOwn(documents, query.part) ? (query.part as Part) : "rules"
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
            <InUse flow={flow} />
            {may("operator") ? (
              <Draft key={part} part={part} document={flow.documents[part]} />
            ) : (
              <pre class="card">{JSON.stringify(flow.documents[part], undefined, 2)}</pre>
            )}
          </>
        )}
      </Loading>
    </Page>
  )
}

/** Workers that decide by other documents than those shown are worth a look. */
const InUse = ({ flow }: { readonly flow: FlowInForce }) => {
  const others = flow.decided_with.filter(({ is_this }) => !is_this)
  if (others.length === 0) return null
  return (
    <div class="notice warn">
      {others.map(({ decisions, last_decided_at, versions }) => (
        <p key={JSON.stringify(versions)}>
          {formatCount(decisions)} of the last decisions were made by other documents, the last one{" "}
          <Time at={last_decided_at} as="relative" />: <code>{JSON.stringify(versions)}</code>
        </p>
      ))}
    </div>
  )
}
