import type { Facts } from "./Facts.ts"

/** No attempt follows a 429 before the time that its Retry-After asked to wait, give or take so much. */
export const waitsAfter429 =
  (askedMs: number, toleranceMs: number) =>
  ({ rows }: Facts): ReadonlyArray<string> =>
    rows.attempts.flatMap((attempt, index) => {
      const next = rows.attempts[index + 1]
      if (attempt.status !== 429 || next?.leadId !== attempt.leadId || attempt.endedAt === null) return []
      const waited = next.requestedAt - attempt.endedAt
      return waited >= askedMs - toleranceMs
        ? []
        : [
            `lead ${attempt.leadId}: attempt ${next.no} came ${waited} ms after a 429 that asked for ${askedMs} ms`,
          ]
    })
