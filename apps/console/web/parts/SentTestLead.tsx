/** A test lead that was stored, and where it stands by now. */
import type { LeadDetail, StoredTestLead } from "@lead-gateway/client"
import { useEffect, useRef } from "preact/hooks"
import { useAsked } from "../api.ts"
import { client } from "../client.ts"
import { Status } from "../components/Status.tsx"
import { useChangesOf } from "../live.ts"

interface SentTestLeadProps {
  readonly lead: StoredTestLead
  readonly onDone: () => void
}

export const SentTestLead = ({ lead: { lead_id, status }, onDone }: SentTestLeadProps) => {
  // Asked once at least: it may have been delivered before this knew its id.
  const asked = useAsked<LeadDetail>(String(lead_id), (signal) =>
    client.leads.get(lead_id, { values: "masked" }, { signal }),
  )
  const link = useRef<HTMLAnchorElement>(null)
  useChangesOf(lead_id, false, asked.refresh)
  useEffect(() => link.current?.focus(), [])
  return (
    <div class="notice good trial" role="status">
      <p>
        Test lead {lead_id} is stored. <Status status={asked.answer.value?.status ?? status} />{" "}
        <a ref={link} href={`/console/leads/${lead_id}`}>
          See what becomes of it
        </a>
      </p>
      <div class="actions">
        <button type="button" onClick={onDone}>
          Done
        </button>
      </div>
    </div>
  )
}
