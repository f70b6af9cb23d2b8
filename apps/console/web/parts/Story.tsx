/** What happened to a lead: in sentences, and event by event. */
import type { LeadDetail } from "@lead-gateway/client"
import type { ComponentChildren } from "preact"
import { Details } from "../components/Details.tsx"
import { Time } from "../components/Time.tsx"

export const Story = ({ lead }: { readonly lead: LeadDetail }) => (
  <section aria-label="What happened">
    <h2>What happened</h2>
    <ol class="story">
      {lead.explanation.map((sentence, index) => (
        <li key={index}>{withTimes(sentence)}</li>
      ))}
    </ol>
    <details>
      <summary>Event by event</summary>
      <ol class="events">
        {lead.events.map(({ at, details, type }, index) => (
          <li key={index}>
            <Time at={at} /> <b>{type.replaceAll("_", " ")}</b> <Details details={details} />
          </li>
        ))}
      </ol>
    </details>
  </section>
)

const moment = /(\d{4}-\d{2}-\d{2}) at (\d{2}:\d{2}:\d{2}) UTC/

/** A sentence of the api, with its times in the reader's zone. */
const withTimes = (sentence: string): ComponentChildren => {
  const found = moment.exec(sentence)
  if (found === null) return sentence
  const [text, day, time] = found
  return (
    <>
      {sentence.slice(0, found.index)}
      <Time at={`${day}T${time}Z`} as="moment" />
      {withTimes(sentence.slice(found.index + text.length))}
    </>
  )
}
