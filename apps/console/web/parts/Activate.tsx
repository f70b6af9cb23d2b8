/** How a draft is put into force: what to change in which file, and what to do then. */
import { useMemo } from "preact/hooks"
import { useCopy } from "../copy.ts"
import { diffLines } from "../diff.ts"
import { documents } from "../documents.ts"
import { hunksOf, patchOf, signs } from "../patch.ts"
import type { DocumentPart } from "../schemas.ts"

interface ActivateProps {
  readonly part: DocumentPart
  readonly before: string
  readonly after: string
}

const words = { same: undefined, removed: "removed", added: "added" } as const

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
        <code>docker compose restart worker api</code>. With Helm it goes into <code>documents.{part}</code>,
        for <code>helm upgrade</code>.
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
      <pre class="diff card" tabIndex={0} role="region" aria-label="Changes">
        {hunks.map(({ header, lines }) => (
          <>
            <span class="hunk">{`${header}\n`}</span>
            {lines.map(({ kind, line }, index) => (
              <span key={index} class={kind}>
                {words[kind] !== undefined && <span class="unseen">{words[kind]}: </span>}
                {`${signs[kind]}${line}\n`}
              </span>
            ))}
          </>
        ))}
      </pre>
      <p class="fine">
        Both documents are printed alike here. A file that is laid out otherwise differs in more lines:
        replace all of it.
      </p>
    </section>
  )
}
