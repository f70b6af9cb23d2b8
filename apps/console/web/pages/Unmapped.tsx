/** Answers that the mapping does not know, and what to add to it. */
import type { UnmappedAnswer } from "@lead-gateway/client"
import { useSignal } from "@preact/signals"
import { client } from "../client.ts"
import { Copyable } from "../components/Copyable.tsx"
import { DataTable } from "../components/DataTable.tsx"
import { Loading } from "../components/Loading.tsx"
import { More } from "../components/More.tsx"
import { Page } from "../components/Page.tsx"
import { Time } from "../components/Time.tsx"
import { formatCount } from "../format.ts"
import { usePaged } from "../paged.ts"

export const Unmapped = () => {
  const paged = usePaged<UnmappedAnswer>("", keyOf, (cursor, signal) =>
    client.unmapped.list(
      { limit: 50, ...(cursor === undefined ? {} : { cursor }) },
      signal === undefined ? {} : { signal },
    ),
  )
  const chosen = useSignal<ReadonlySet<string>>(new Set())
  const proposal = proposalOf(paged.items.filter((item) => chosen.value.has(keyOf(item))))
  const toggle = (key: string) => {
    const next = new Set(chosen.value)
    if (!next.delete(key)) next.add(key)
    chosen.value = next
  }
  return (
    <Page title="Unmapped answers" isLoading={paged.asked.isLoading.value}>
      <p>
        Answers to dropdowns that the mapping of the customer does not know. They were left out of what the
        customer got. Choose those that the customer accepts, and add them to the mapping.
      </p>
      <Loading asked={paged.asked}>
        {() => (
          <>
            <DataTable
              label="Unmapped answers"
              rows={paged.items}
              keyOf={keyOf}
              columns={[
                {
                  name: "Answer",
                  show: (item) =>
                    item.value === null ? (
                      <i>all other answers, which are not kept</i>
                    ) : (
                      <label class="check">
                        <input
                          type="checkbox"
                          checked={chosen.value.has(keyOf(item))}
                          onChange={() => toggle(keyOf(item))}
                        />
                        {item.value}
                      </label>
                    ),
                },
                { name: "Attribute", show: ({ attribute }) => <code>{attribute}</code> },
                { name: "Times", isNumber: true, show: ({ count }) => formatCount(count) },
                { name: "First", show: ({ first_seen }) => <Time at={first_seen} as="relative" /> },
                { name: "Last", show: ({ last_seen }) => <Time at={last_seen} as="relative" /> },
              ]}
              empty={
                <>
                  <h2>The mapping knows every answer</h2>
                  <p>
                    Answers that it does not know appear here some seconds after their leads were decided on.
                  </p>
                </>
              }
            />
            <More paged={paged} name="Show rarer answers" />
          </>
        )}
      </Loading>
      {proposal !== undefined && (
        <section aria-label="Proposal">
          <h2>Proposal for the mapping</h2>
          <p>
            Add these to the <code>values</code> of the attributes in the file of{" "}
            <code>ATTRIBUTE_MAPPING_FILE</code>, and restart the workers.{" "}
            <a href="/console/rules">Try it on stored leads first.</a>
          </p>
          <Copyable text={proposal} label="Copy" />
        </section>
      )}
    </Page>
  )
}

const keyOf = ({ attribute, value }: UnmappedAnswer): string => `${attribute}\n${value ?? ""}`

/** The chosen answers by their attributes, as the mapping's file writes them. */
const proposalOf = (answers: ReadonlyArray<UnmappedAnswer>): string | undefined => {
  if (answers.length === 0) return undefined
  const values = Map.groupBy(answers, ({ attribute }) => attribute)
  return JSON.stringify(
    Object.fromEntries(
      [...values].map(([attribute, all]) => [attribute, { values: all.map(({ value }) => value) }]),
    ),
    undefined,
    2,
  )
}
