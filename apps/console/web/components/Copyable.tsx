/** A text to be copied, such as a command. */
import { useCopy } from "../copy.ts"

interface CopyableProps {
  readonly text: string
  readonly label: string
}

export const Copyable = ({ label, text }: CopyableProps) => {
  const { copy, said } = useCopy()
  return (
    <div class="copyable">
      <pre tabIndex={0}>{text}</pre>
      <button type="button" onClick={() => copy(text, "Copied.")}>
        {label}
      </button>
      <span role="status">{said.value}</span>
    </div>
  )
}
