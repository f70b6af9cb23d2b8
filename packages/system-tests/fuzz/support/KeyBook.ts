/** The webhooks that had keys: of each key there is one lead, and one body. */
import type { Key } from "../oracle/senders.ts"
import type { Acknowledged, Verdict } from "../oracle/Verdict.ts"
import type { CaseFinding } from "./CaseFinding.ts"

/** What was answered to one webhook with a key. */
interface Entry extends Acknowledged {
  readonly number: number
}

/** A webhook that was answered as a duplicate. */
interface Duplicate {
  readonly number: number
  /** What its lead may mean; an empty one if that cannot be said. */
  readonly meanings: ReadonlyArray<string>
}

/** What was answered to webhooks with keys. */
export interface KeyBook {
  readonly add: (number: number, verdict: Verdict) => void
  readonly duplicates: () => number
  /** The leads of all duplicates. */
  readonly leads: () => Map<number, ReadonlyArray<Duplicate>>
  readonly findings: () => ReadonlyArray<CaseFinding>
}

const nameWithBody = ({ body, name }: Key): string => `${name} ${body}`

/** An empty book. */
export const makeKeyBook = (): KeyBook => {
  const firsts = new Map<string, Entry>()
  const duplicates: Array<Entry> = []
  /** The meanings of those that may be stored although nobody saw an answer, by their key and body. */
  const unseen = new Map<string, Array<string>>()
  const conflicts: Array<{ readonly number: number; readonly name: string; readonly body: string }> = []
  const findings: Array<CaseFinding> = []

  const ofAnotherLead = ({ key, leadId, number }: Entry): ReadonlyArray<CaseFinding> => {
    const first = key === undefined ? undefined : firsts.get(key.name)
    if (first === undefined || (first.leadId === leadId && first.key?.body === key?.body)) return []
    const detail = `lead ${leadId} by ${key?.name}, of which lead ${first.leadId} came first`
    return [{ number, kind: "a duplicate of another lead", detail }]
  }
  /**
   * An equal body may be read in two ways, as JSON and as a form: then the first one's way counts. The row of a first one
   * whose answer was seen is compared with that; another may have been any of which no answer was seen.
   */
  const meaningsOf = ({ key, meaning }: Acknowledged): ReadonlyArray<string> => {
    if (key === undefined) return [meaning]
    return firsts.has(key.name) ? [""] : [meaning, ...(unseen.get(nameWithBody(key)) ?? [])]
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
      for (const { key, meaning } of verdict.unseen) {
        if (key === undefined) continue
        const others = unseen.get(nameWithBody(key))
        if (others === undefined) unseen.set(nameWithBody(key), [meaning])
        else others.push(meaning)
      }
    },
    duplicates: () => duplicates.length,
    leads: () => {
      const leads = new Map<number, Array<Duplicate>>()
      for (const one of duplicates) {
        const others = leads.get(one.leadId) ?? []
        leads.set(one.leadId, [...others, { number: one.number, meanings: meaningsOf(one) }])
      }
      return leads
    },
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
