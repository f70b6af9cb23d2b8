/** Answers that the mapping does not know, what they may mean, and what to add to it. */
import type { FlowInForce, Json, UnmappedAnswer } from "@lead-gateway/client"
import { useSignal } from "@preact/signals"
import { useAsked } from "../api.ts"
import { client } from "../client.ts"
import { DataTable } from "../components/DataTable.tsx"
import { Loading } from "../components/Loading.tsx"
import { More } from "../components/More.tsx"
import { Page } from "../components/Page.tsx"
import { Time } from "../components/Time.tsx"
import { formatCount } from "../format.ts"
import { usePaged } from "../paged.ts"
import { type Chosen, MeaningChoice } from "../parts/MeaningChoice.tsx"
import { Proposal } from "../parts/Proposal.tsx"
import { guessOf, valuesOf } from "../proposal.ts"

export const Unmapped = () => {
  const paged = usePaged<UnmappedAnswer>("", keyOf, (cursor, signal) =>
    client.unmapped.list(
      { limit: 50, ...(cursor === undefined ? {} : { cursor }) },
      signal === undefined ? {} : { signal },
    ),
  )
  const flow = useAsked<FlowInForce>("", (signal) => client.flow({ signal }))
  const mapping = flow.answer.value?.documents.mapping ?? null
  const chosen = useSignal<ReadonlyMap<string, Chosen>>(new Map())
  const choose = (key: string, choice: Chosen | undefined) => {
    const next = new Map(chosen.value)
    if (choice === undefined) next.delete(key)
    else next.set(key, choice)
    chosen.value = next
  }
  const meanings = paged.items.flatMap((item) => {
    const choice = chosen.value.get(keyOf(item))
    return choice === undefined || item.value === null
      ? []
      : [{ attribute: item.attribute, answer: item.value, value: choice.value }]
  })
  return (
    <Page title="Unmapped answers" isLoading={paged.asked.isLoading.value || flow.isLoading.value}>
      <p>
        Answers to dropdowns that the mapping of the customer does not know. They were left out of what the
        customer got. Choose what each means, and add that to the mapping.
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
                  show: ({ value }) => value ?? <i>all other answers, which are not kept</i>,
                },
                { name: "Times", isNumber: true, show: ({ count }) => formatCount(count) },
                {
                  name: "Means",
                  show: (item) => (
                    <Means
                      item={item}
                      mapping={mapping}
                      chosen={chosen.value.get(keyOf(item))}
                      onChoose={(choice) => choose(keyOf(item), choice)}
                    />
                  ),
                },
                { name: "Attribute", show: ({ attribute }) => <code>{attribute}</code> },
                { name: "First", show: ({ first_seen }) => <Time at={first_seen} as="relative" /> },
                { name: "Last", show: ({ last_seen }) => <Time at={last_seen} as="relative" /> },
              ]}
              empty={
                <>
                  <h2>The mapping knows every answer</h2>
                  <p>
                    Answers that it does not know appear here some seconds after their leads were decided on,
                    with a proposal of what to add to the mapping.
                  </p>
                </>
              }
            />
            <More paged={paged} name="Show rarer answers" />
          </>
        )}
      </Loading>
      {meanings.length > 0 && <Proposal mapping={mapping} meanings={meanings} />}
    </Page>
  )
}

interface MeansProps {
  readonly item: UnmappedAnswer
  readonly mapping: Json
  readonly chosen: Chosen | undefined
  readonly onChoose: (choice: Chosen | undefined) => void
}

const Means = ({ chosen, item: { attribute, value }, mapping, onChoose }: MeansProps) => {
  if (value === null || mapping === null) return <span class="faint">–</span>
  const values = valuesOf(mapping, attribute)
  if (values === undefined) return <span class="faint">the mapping has changed since</span>
  if (values.includes(value)) return <span class="faint">the mapping knows it now</span>
  return (
    <MeaningChoice
      answer={value}
      values={values}
      guess={guessOf(value, values)}
      chosen={chosen}
      onChoose={onChoose}
    />
  )
}

const keyOf = ({ attribute, value }: UnmappedAnswer): string => `${attribute}\n${value ?? ""}`
