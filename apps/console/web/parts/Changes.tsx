/** The changes from one text to another one, with the lines around them. */
import { type Hunk, signs } from "../patch.ts"

interface ChangesProps {
  readonly label: string
  readonly hunks: ReadonlyArray<Hunk>
}

const words = { same: undefined, removed: "removed", added: "added" } as const

/** What goes and what comes is said by signs and in words, not by colours alone. */
export const Changes = ({ hunks, label }: ChangesProps) => (
  <pre class="diff card" tabIndex={0} role="region" aria-label={label}>
    {hunks.map(({ header, lines }) => (
      <span key={header}>
        <span class="hunk">{`${header}\n`}</span>
        {lines.map(({ kind, line }, index) => (
          <span key={index} class={kind}>
            {words[kind] !== undefined && <span class="unseen">{words[kind]}: </span>}
            {`${signs[kind]}${line}\n`}
          </span>
        ))}
      </span>
    ))}
  </pre>
)
