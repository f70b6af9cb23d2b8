/** A text that somebody types, for what takes long with a long one. */
import { useSignal } from "@preact/signals"
import { useEffect } from "preact/hooks"

/** Whatever is done with a shorter one is done between two keys. */
const longText = 100_000
const pauseMs = 400

/** The text; a long one as it was when nothing had been typed for a moment. */
export const useSettled = (text: string): string => {
  const settled = useSignal(text)
  const isLong = text.length > longText
  useEffect(() => {
    if (!isLong) {
      settled.value = text
      return undefined
    }
    const timer = setTimeout(() => (settled.value = text), pauseMs)
    return () => clearTimeout(timer)
  }, [text])
  return isLong ? settled.value : text
}
