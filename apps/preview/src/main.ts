import { fileSettings, optionalCustomerSettings, Settings } from "@lead-gateway/config"
import { loadFlow } from "@lead-gateway/config/flow"
import { runCli } from "@lead-gateway/runtime"
import { Effect, Record } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import packageJson from "../package.json" with { type: "json" }
import { readLeads } from "./Leads.ts"
import { momentOf } from "./moment.ts"
import { previewLines } from "./previewLines.ts"
import { printLines } from "./printLines.ts"

const document = (name: string, what: string) =>
  Flag.String(name).pipe(Flag.withDescription(`${what}; the configured file unless given`), Flag.optional)

const parameters = {
  leads: Argument.String("lead").pipe(
    Argument.withDescription(
      "Files of leads, - for standard input: a JSON object, a list of them, or one on each line; standard input unless given",
    ),
    Argument.variadic(),
  ),
  documents: {
    leadRules: document("rules", "The rule set"),
    normalizerProfile: document("profile", "The normaliser's profile"),
    attributeMapping: document("mapping", "The attribute mapping"),
    payloadTemplate: document("template", "The payload template"),
  },
  at: Flag.String("at").pipe(
    Flag.withDescription("The moment the leads come, such as 2026-01-21T10:00:00Z; now unless given"),
    Flag.optional,
  ),
  hideValues: Flag.Boolean("hide-values").pipe(
    Flag.withDescription("Show nothing of the leads but names of fields"),
    Flag.withDefault(false),
  ),
  summary: Flag.Boolean("summary").pipe(
    Flag.withDescription("Print the summary alone: how many leads are taken, and answers that are not known"),
    Flag.withDefault(false),
  ),
  json: Flag.Boolean("json").pipe(
    Flag.withDescription("Print JSON: a line for each lead, and a summary of several"),
    Flag.withDefault(false),
  ),
}

const preview = Command.make(
  "preview",
  parameters,
  Effect.fnUntraced(function* ({ leads: sources, documents, at, ...options }) {
    const settings = Settings.all({ files: fileSettings, customer: optionalCustomerSettings })
    const { customer, files } = (yield* Settings.load(settings)).value
    const flow = yield* loadFlow({ ...files, ...Record.getSomes(documents) }, customer)
    const nowMs = yield* momentOf(at)
    const leads = yield* readLeads(sources.length === 0 ? ["-"] : sources)
    yield* printLines(previewLines(flow, leads, { nowMs, ...options }))
  }),
).pipe(
  Command.withDescription(
    "Print what would happen to leads and why: rules, normalisation, mapping and the customer payload. Nothing is stored or sent",
  ),
)

runCli(preview, packageJson)
