/** Copying a text, and saying that it is copied. */
import { type Signal, useSignal } from "@preact/signals"

/** Copies; `said` is what to show afterwards. A page that came by plain HTTP over a network has no clipboard. */
export const useCopy = (): {
  readonly copy: (text: string, done: string) => void
  readonly said: Signal<string>
} => {
  const said = useSignal("")
  return {
    said,
    copy: (text, done) => {
      const clipboard = Reflect.get(navigator, "clipboard") as Clipboard | undefined
      const copied = clipboard?.writeText(text) ?? Promise.reject(new Error("no clipboard"))
      copied.then(
        () => (said.value = done),
        () => (said.value = "Your browser does not let this page copy: select the text instead."),
      )
    },
  }
}
