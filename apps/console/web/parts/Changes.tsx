/** The changes from one text to another one, with the lines around them. */
import { type Hunk, signs } from "../patch.ts"

interface ChangesProps {
  readonly label: string
  readonly hunks: ReadonlyArray<Hunk>
}

/** Nobody reads more, and a browser needs seconds for them. */
const mostLines = 2000

const words = { same: undefined, removed: "removed", added: "added" } as const

/** The first lines of all hunks. */
const shownOf = (hunks: ReadonlyArray<Hunk>): ReadonlyArray<Hunk> => {
  let left = mostLines
  return hunks.flatMap(({ header, lines }) => {
    const shown = lines.slice(0, Math.max(0, left))
    left -= shown.length
    return shown.length === 0 ? [] : [{ header, lines: shown }]
  })
}

/** What goes and what comes is said by signs and in words, not by colours alone. */
export const Changes = ({ hunks, label }: ChangesProps) => (
  <pre class="diff card" tabIndex={0} role="region" aria-label={label}>
    {shownOf(hunks).map(({ header, lines }) => (
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
    {hunks.reduce((sum, { lines }) => sum + lines.length, 0) > mostLines &&
      "… and more: copy them to see all."}
  </pre>
)
