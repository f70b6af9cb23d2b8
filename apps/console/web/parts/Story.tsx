/** What happened to a lead: in sentences, and event by event. */
import type { LeadDetail } from "@lead-gateway/client"
import { Time } from "../components/Time.tsx"

export const Story = ({ lead }: { readonly lead: LeadDetail }) => (
  <section aria-label="What happened">
    <h2>What happened</h2>
    <ol class="story">
      {lead.explanation.map((sentence, index) => (
        <li key={index}>{sentence}</li>
      ))}
    </ol>
    <details>
      <summary>Event by event</summary>
      <ol class="events">
        {lead.events.map(({ at, details, type }, index) => (
          <li key={index}>
            <Time at={at} /> <b>{type.replaceAll("_", " ")}</b> <code>{JSON.stringify(details)}</code>
          </li>
        ))}
      </ol>
    </details>
  </section>
)
