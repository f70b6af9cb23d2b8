import type { Answered, Outcome } from "@lead-gateway/retry-policy"

/** An answer with this status, and what else a test says of it. */
export const answer = (status: number, more: Partial<Omit<Answered, "_tag" | "status">> = {}): Outcome => ({
  _tag: "Answered",
  status,
  ...more,
})
