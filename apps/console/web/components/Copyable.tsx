/** A text to be copied, such as a command. */
import { useCopy } from "../copy.ts"

/** More is copied, and not shown: a browser needs seconds for a line of a million characters. */
const mostShown = 10_000

interface CopyableProps {
  readonly text: string
  readonly label: string
}

export const Copyable = ({ label, text }: CopyableProps) => {
  const { copy, said } = useCopy()
  return (
    <div class="copyable">
      <pre tabIndex={0}>{text.length > mostShown ? `${text.slice(0, mostShown)}…` : text}</pre>
      <button type="button" onClick={() => copy(text, "Copied.")}>
        {label}
      </button>
      <span role="status">{said.value}</span>
    </div>
  )
}
