/** The current time for what is shown relative to it; it moves every second while the tab is seen. */
import { signal } from "@preact/signals"
import { clockNow } from "./clock.ts"

const now = signal(new Date(clockNow()))

setInterval(() => {
  if (document.visibilityState === "visible") now.value = new Date(clockNow())
}, 1000)

/** The time; whoever reads it is drawn again when it moves. */
export const useNow = (): Date => now.value
