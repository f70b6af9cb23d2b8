/** A text to be copied, such as a command. */
import { useSignal } from "@preact/signals"

interface CopyableProps {
  readonly text: string
  readonly label: string
}

export const Copyable = ({ label, text }: CopyableProps) => {
  const said = useSignal("")
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text)
      said.value = "Copied."
    } catch {
      said.value = "Your browser does not let pages copy: select the text instead."
    }
  }
  return (
    <div class="copyable">
      <pre tabIndex={0}>{text}</pre>
      <button type="button" onClick={() => void copy()}>
        {label}
      </button>
      <span role="status">{said.value}</span>
    </div>
  )
}
