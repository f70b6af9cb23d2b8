import { makeUnknownTally, type UnknownReport } from "@lead-gateway/attribute-mapper"
import { printValue } from "@lead-gateway/document-check"
import { decide, type Flow, type LeadInput } from "@lead-gateway/lead-pipeline"

/** What became of many leads. */
export interface Summary {
  readonly leads: number
  readonly ready: number
  /** How many were rejected or parked, by reason, the most frequent first. */
  readonly rejected: Readonly<Record<string, number>>
  readonly parked: Readonly<Record<string, number>>
  /** Answers that the mapping does not know yet, of the leads that got as far. */
  readonly unknown_answers: ReadonlyArray<UnknownReport>
}

/** Counts what becomes of leads, one by one. */
export const makeSummary = (flow: Flow.Flow) => {
  const unknown = makeUnknownTally(flow.mapping)
  const rejected = new Map<string, number>()
  const parked = new Map<string, number>()
  let leads = 0
  let ready = 0
  return {
    add: (lead: LeadInput): void => {
      const decision = decide(flow, lead)
      leads++
      if (decision._tag === "Rejected") count(rejected, decision.reason)
      else {
        unknown.add(decision.normalized)
        if (decision._tag === "Ready") ready++
        else count(parked, decision.reason)
      }
    },
    summary: (): Summary => ({
      leads,
      ready,
      rejected: byCount(rejected),
      parked: byCount(parked),
      unknown_answers: unknown.report(),
    }),
  }
}

const count = (counts: Map<string, number>, reason: string): void => {
  counts.set(reason, (counts.get(reason) ?? 0) + 1)
}

const byCount = (counts: ReadonlyMap<string, number>): Readonly<Record<string, number>> =>
  Object.fromEntries([...counts].toSorted(([, one], [, other]) => other - one))

/** The summary without anything that a lead said. */
export const withoutAnswers = (summary: Summary): Summary => ({
  ...summary,
  unknown_answers: summary.unknown_answers.map((report) => ({ ...report, values: [] })),
})

/** Prints a summary: a line of counts, and one for each attribute with answers that its mapping does not know. */
export const printSummary = ({ leads, parked, ready, rejected, unknown_answers }: Summary): string =>
  [
    `${leads} ${leads === 1 ? "lead" : "leads"}: ${[`${ready} ready`, counted("rejected", rejected), counted("parked", parked)].join(", ")}`,
    ...unknown_answers.map(
      ({ attribute, others, total, values }) =>
        `unknown answers to ${attribute}: ${total}${listed([
          ...values.map(({ value, count }) => `${printValue(value)} ${count}`),
          ...(others === 0 ? [] : [`others ${others}`]),
        ])}`,
    ),
  ].join("\n")

const counted = (what: string, reasons: Readonly<Record<string, number>>): string => {
  const counts = Object.entries(reasons)
  const sum = counts.reduce((total, [, many]) => total + many, 0)
  return `${sum} ${what}${listed(counts.map(([reason, many]) => `${reason} ${many}`))}`
}

const listed = (items: ReadonlyArray<string>): string => (items.length === 0 ? "" : ` (${items.join(", ")})`)
