/** What to add to the mapping for the answers that were chosen, and the way into its draft. */
import type { Json } from "@lead-gateway/client"
import { useLocation } from "preact-iso"
import { Copyable } from "../components/Copyable.tsx"
import { draftOf, printDocument } from "../drafts.ts"
import { definitionsWith, mappingWith, type Meaning } from "../proposal.ts"

interface ProposalProps {
  readonly mapping: Json
  readonly meanings: ReadonlyArray<Meaning>
}

export const Proposal = ({ mapping, meanings }: ProposalProps) => {
  const { route } = useLocation()
  const definitions = definitionsWith(mapping, meanings)
  const draft = () => {
    draftOf("mapping").text.value = printDocument(mappingWith(mapping, definitions))
    route("/console/rules?part=mapping")
  }
  return (
    <section aria-label="Proposal" class="card">
      <h2>Proposal for the mapping</h2>
      <p>
        These definitions replace those of the same names in the file of <code>ATTRIBUTE_MAPPING_FILE</code>.
        Leads that come afterwards are read by them, and earlier ones if they are replayed.
      </p>
      <p>
        <button type="button" class="primary" onClick={draft}>
          Put it into a draft, and try that
        </button>
      </p>
      <Copyable text={printDocument(definitions)} label="Copy" />
    </section>
  )
}
