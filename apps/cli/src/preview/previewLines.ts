import { oneLine } from "@lead-gateway/document-check"
import { type DeliveryMetadataName, type LoadedFlow, printWarnings } from "@lead-gateway/config/flow"
import { explain, printExplanation, type Tone } from "@lead-gateway/lead-pipeline"
import { styleText } from "node:util"
import type { Lead } from "./Leads.ts"
import { makeSummary, printSummary, withoutAnswers } from "./Summary.ts"

/** How leads are previewed. */
export interface PreviewOptions {
  /** The time at which they come, in milliseconds since 1970. */
  readonly nowMs: number
  readonly json: boolean
  readonly hideValues: boolean
  /** Whether the summary is all that is printed. */
  readonly summary: boolean
}

/**
 * What is printed: each lead's explanation and, of several leads or none, what became of them all. `onDecided` is told how
 * many leads have been decided on.
 */
export function* previewLines(
  flow: LoadedFlow,
  leads: ReadonlyArray<Lead>,
  { hideValues, json, nowMs, summary: alone }: PreviewOptions,
  onDecided: (count: number) => void,
): Generator<string> {
  yield* printWarnings(flow, { json })
  const { add, summary } = makeSummary(flow)
  for (const [index, { name, payload }] of leads.entries()) {
    const lead = { payload, deliveryMetadata: previewMetadata(index + 1), nowMs }
    add(lead)
    onDecided(index + 1)
    if (alone) continue
    const explanation = explain(flow, lead, { values: hideValues ? "hide" : "show" })
    yield json
      ? oneLine(JSON.stringify({ lead: name, ...explanation }))
      : `${styleText("bold", name)}: ${printExplanation(explanation, { style })}\n`
  }
  if (alone || leads.length !== 1) {
    const all = hideValues ? withoutAnswers(summary()) : summary()
    yield json ? oneLine(JSON.stringify({ summary: all })) : printSummary(all)
  }
}

/** Made-up delivery metadata of a previewed lead. */
const previewMetadata = (id: number): Record<DeliveryMetadataName, string | number> => ({
  lead_id: id,
  correlation_id: `preview-${id}`,
  idempotency_key: `preview-${id}`,
})

const looks = { good: "green", bad: "red", notable: "yellow", quiet: "dim", strong: "bold" } as const

/** Colours where standard output is a terminal, unless `NO_COLOR` is set. */
const style = (tone: Tone, text: string): string => styleText(looks[tone], text)
