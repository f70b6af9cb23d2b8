/** The webhooks that had keys: of each key there is one lead, and one body. */
import type { Acknowledged, Verdict } from "../oracle/Verdict.ts"
import type { CaseFinding } from "./CaseFinding.ts"

/** What was answered to one webhook with a key. */
interface Entry extends Acknowledged {
  readonly number: number
}

/** What was answered to webhooks with keys. */
export interface KeyBook {
  readonly add: (number: number, verdict: Verdict) => void
  readonly duplicates: () => number
  /** The leads of all duplicates, and what must be stored of each. */
  readonly leads: () => Map<number, ReadonlyArray<Entry>>
  readonly findings: () => ReadonlyArray<CaseFinding>
}

/** An empty book. */
export const makeKeyBook = (): KeyBook => {
  const firsts = new Map<string, Entry>()
  const duplicates: Array<Entry> = []
  const conflicts: Array<{ readonly number: number; readonly name: string; readonly body: string }> = []
  const findings: Array<CaseFinding> = []

  const ofAnotherLead = ({ key, leadId, number }: Entry): ReadonlyArray<CaseFinding> => {
    const first = key === undefined ? undefined : firsts.get(key.name)
    if (first === undefined || (first.leadId === leadId && first.key?.body === key?.body)) return []
    const detail = `lead ${leadId} by ${key?.name}, of which lead ${first.leadId} came first`
    return [{ number, kind: "a duplicate of another lead", detail }]
  }
  return {
    add: (number, verdict) => {
      for (const one of verdict.acknowledged) {
        if (one.key === undefined) continue
        const first = firsts.get(one.key.name)
        if (first === undefined) firsts.set(one.key.name, { ...one, number })
        else {
          const detail = `leads ${first.leadId} and ${one.leadId} by ${one.key.name}`
          findings.push({ number, kind: "two leads by one key", detail })
        }
      }
      for (const one of verdict.duplicates) duplicates.push({ ...one, number })
      for (const key of verdict.conflicts) conflicts.push({ ...key, number })
    },
    duplicates: () => duplicates.length,
    // An equal body may be read in two ways, as JSON and as a form: then the first one's way counts.
    leads: () =>
      new Map(
        Map.groupBy(
          duplicates.map((one) => (firsts.has(one.key?.name ?? "") ? { ...one, meaning: "" } : one)),
          ({ leadId }) => leadId,
        ),
      ),
    findings: () => [
      ...findings,
      ...duplicates.flatMap(ofAnotherLead),
      ...conflicts.flatMap(({ body, name, number }): ReadonlyArray<CaseFinding> => {
        const isSame = firsts.get(name)?.key?.body === body
        return isSame ? [{ number, kind: "a conflict with the same body", detail: name }] : []
      }),
    ],
  }
}
