/** What `preview` prints: the explanation of each lead, and a summary of them all. */
import { makeUnknownTally, type UnknownReport } from "@lead-gateway/attribute-mapper"
import { oneLine, printValue } from "@lead-gateway/document-check"
import { type LoadedFlow, type DeliveryMetadataName, printWarnings } from "@lead-gateway/config/flow"
import {
  decide,
  explain,
  type Flow,
  type LeadInput,
  otherView,
  printExplanation,
  type Tone,
} from "@lead-gateway/lead-pipeline"
import { styleText } from "node:util"
import type { Lead } from "./Leads.ts"

/** What is printed, and how. */
interface PreviewOptions {
  /** The time at which the leads are received, in milliseconds since 1970. */
  readonly nowMs: number
  readonly json: boolean
  readonly hideValues: boolean
  /** Whether the summary is all that is printed. */
  readonly summary: boolean
}

/**
 * Generates the lines to print: the flow's warnings, each lead's explanation and, unless there is exactly one lead, the
 * summary. `onDecided` is called with the number of leads decided on so far.
 */
export function* previewLines(
  flow: LoadedFlow,
  leads: ReadonlyArray<Lead>,
  { hideValues, json, nowMs, summary: alone }: PreviewOptions,
  onDecided: (count: number) => void,
): Generator<string> {
  yield* printWarnings(flow, { json }).map(oneLine)
  const { add, summary } = makeSummary(flow)
  for (const [index, { name, payload }] of leads.entries()) {
    const lead = { payload, deliveryMetadata: previewMetadata(index + 1), nowMs }
    add(lead)
    onDecided(index + 1)
    if (alone) continue
    const explanation = explain(flow, lead, { values: hideValues ? "hide" : "show" })
    yield json
      ? oneLine(JSON.stringify({ lead: name, ...explanation }))
      : `${styleText("bold", oneLine(name))}: ${printExplanation(explanation, { style })}\n`
  }
  if (alone || leads.length !== 1) {
    const all = hideValues ? withoutAnswers(summary()) : summary()
    yield json ? oneLine(JSON.stringify({ summary: all })) : printSummary(all, flow.rules.looksAt)
  }
}

/** Placeholders for the metadata that the gateway gives each lead. */
const previewMetadata = (id: number): Record<DeliveryMetadataName, string | number> => ({
  lead_id: id,
  correlation_id: `preview-${id}`,
  idempotency_key: `preview-${id}`,
})

const colours = { good: "green", bad: "red", notable: "yellow", quiet: "dim", strong: "bold" } as const

/** Colours where standard output is a terminal, unless `NO_COLOR` is set. */
const style = (tone: Tone, text: string): string => styleText(colours[tone], text)

type LooksAt = Flow.Flow["rules"]["looksAt"]

/** How many leads got which decision. */
interface Summary {
  readonly leads: number
  readonly ready: number
  /** How many were rejected or parked, by reason, the most frequent first. */
  readonly rejected: Readonly<Record<string, number>>
  readonly parked: Readonly<Record<string, number>>
  /** How many of the rejected the rules would accept if they looked at the other payload: as normalised, or as it came. */
  readonly accepted_by_other_view: number
  /** Answers that the mapping does not know, of the leads that were not rejected. */
  readonly unknown_answers: ReadonlyArray<UnknownReport>
}

/** Decides on leads one by one and counts the decisions. */
const makeSummary = (flow: Flow.Flow) => {
  const unknown = makeUnknownTally(flow.mapping)
  const rejected = new Map<string, number>()
  const parked = new Map<string, number>()
  let leads = 0
  let ready = 0
  let acceptedByOtherView = 0
  return {
    add: (lead: LeadInput): void => {
      const decision = decide(flow, lead)
      leads++
      if (decision._tag === "Rejected") {
        count(rejected, decision.reason)
        if (otherView(flow, lead) !== undefined) acceptedByOtherView++
      } else {
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
      accepted_by_other_view: acceptedByOtherView,
      unknown_answers: unknown.report(),
    }),
  }
}

const count = (counts: Map<string, number>, reason: string): void => {
  counts.set(reason, (counts.get(reason) ?? 0) + 1)
}

const byCount = (counts: ReadonlyMap<string, number>): Readonly<Record<string, number>> =>
  Object.fromEntries([...counts].toSorted(([, one], [, other]) => other - one))

/** The summary without values of leads. */
const withoutAnswers = (summary: Summary): Summary => ({
  ...summary,
  unknown_answers: summary.unknown_answers.map((report) => ({ ...report, values: [] })),
})

/**
 * Prints a summary: a line of counts, one about leads that are rejected for the way they are written, and one for each
 * attribute with answers that its mapping does not know.
 */
const printSummary = (
  { accepted_by_other_view, leads, parked, ready, rejected, unknown_answers }: Summary,
  looksAt: LooksAt,
): string =>
  [
    `${leads} ${leads === 1 ? "lead" : "leads"}: ${[`${ready} ready`, counted("rejected", rejected), counted("parked", parked)].join(", ")}`,
    ...(accepted_by_other_view === 0
      ? []
      : [
          `with "looks_at": "${looksAt === "raw" ? "normalized" : "raw"}" the rules would accept ${accepted_by_other_view} of the rejected`,
        ]),
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
