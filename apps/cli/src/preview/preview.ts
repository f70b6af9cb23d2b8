import { fileSettings, optionalCustomerSettings, Settings } from "@lead-gateway/config"
import { loadWithFlow } from "@lead-gateway/config/flow"
import { Effect, type Option, Record } from "effect"
import { printAll } from "../output.ts"
import { terminal, terminalBesideOutput, withProgress } from "../Progress.ts"
import { shipped } from "../shipped.ts"
import { readLeads } from "./Leads.ts"
import { momentOf } from "./moment.ts"
import { type PreviewOptions, previewLines } from "./previewLines.ts"

/** What was asked for. */
interface Wish extends Omit<PreviewOptions, "nowMs"> {
  /** Files; none for standard input. */
  readonly leads: ReadonlyArray<string>
  /** Files that hold instead of the configured ones. */
  readonly documents: Readonly<
    Record<"leadRules" | "normalizerProfile" | "attributeMapping" | "payloadTemplate", Option.Option<string>>
  >
  readonly at: Option.Option<string>
}

/** Prints what would happen to leads, and why. */
export const previewLeads = Effect.fnUntraced(function* ({
  leads: sources,
  documents,
  at,
  ...options
}: Wish) {
  const settings = Settings.all({ files: fileSettings, customer: optionalCustomerSettings })
  const instead = Record.getSomes(documents)
  const { value } = yield* loadWithFlow(settings, { shipped: shipped.config, instead })
  const nowMs = yield* momentOf(at)
  const leads = yield* readLeads(sources.length === 0 ? ["-"] : sources)
  const screen = options.summary ? terminal() : terminalBesideOutput()
  yield* withProgress("deciding on leads", screen, (progress) =>
    printAll(
      previewLines(value.flow, leads, { nowMs, ...options }, (decided) => progress(decided, leads.length)),
    ),
  )
})
