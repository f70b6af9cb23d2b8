/** How a draft is put into force: what to change in which file, and what to do then. */
import { useMemo } from "preact/hooks"
import { useCopy } from "../copy.ts"
import { diffLines } from "../diff.ts"
import { documents } from "../documents.ts"
import { hunksOf, patchOf } from "../patch.ts"
import type { DocumentPart } from "../schemas.ts"
import { Changes } from "./Changes.tsx"

interface ActivateProps {
  readonly part: DocumentPart
  readonly before: string
  readonly after: string
}

export const Activate = ({ after, before, part }: ActivateProps) => {
  const { file, setting } = documents[part]
  const hunks = useMemo(() => hunksOf(diffLines(before, after)), [before, after])
  const { copy, said } = useCopy()
  return (
    <section aria-label="Put it into force">
      <h2>Put it into force</h2>
      <p>
        Save the draft as <code>{file}</code>, or as the file that <code>{setting}</code> names, check it with{" "}
        <code>lead-gateway doctor</code>, and restart workers and apis:{" "}
        <code>docker compose restart worker api</code>, or <kbd>Ctrl</kbd> <kbd>C</kbd> and{" "}
        <code>npm start</code> again. With Helm it goes into <code>documents.{part}</code>, for{" "}
        <code>helm upgrade</code>.
      </p>
      <div class="actions">
        <button type="button" class="primary" onClick={() => copy(`${after}\n`, "The draft is copied.")}>
          Copy the draft
        </button>
        <button type="button" onClick={() => copy(patchOf(file, hunks), "The changes are copied.")}>
          Copy the changes
        </button>
        <span role="status">{said.value}</span>
      </div>
      <Changes label="Changes" hunks={hunks} />
      <p class="fine">
        Both documents are printed alike here. A file that is laid out otherwise differs in more lines:
        replace all of it.
      </p>
    </section>
  )
}
