/** Copying a text, and saying that it is copied. */
import { type Signal, useSignal } from "@preact/signals"

/** Copies; `said` is what to show afterwards. */
export const useCopy = (): {
  readonly copy: (text: string, done: string) => void
  readonly said: Signal<string>
} => {
  const said = useSignal("")
  return {
    said,
    copy: (text, done) => {
      navigator.clipboard.writeText(text).then(
        () => (said.value = done),
        () => (said.value = "Your browser does not let pages copy: select the text instead."),
      )
    },
  }
}
