/** The gateway's clock, by the times of its answers: that of the reader's machine may be off by hours. */
import { signal } from "@preact/signals"

/** How far the gateway's clock is ahead; 0 where both agree as well as can be told. */
const aheadMs = signal(0)

/** Answers name full seconds, and take time to come. */
const exactMs = 10_000

/** Takes note of the time of an answer, as HTTP writes it. */
export const noteDate = (date: string | null): void => {
  const found = Date.parse(date ?? "") - Date.now()
  const own = Math.abs(found) < exactMs ? 0 : found
  if (Math.abs(own - aheadMs.value) >= exactMs) aheadMs.value = own
}

/** The time now. Whoever reads it while something is drawn is drawn again when the clock is corrected. */
export const clockNow = (): number => Date.now() + aheadMs.value

/** Changes when the clock is corrected. */
export const correction = (): number => aheadMs.value
