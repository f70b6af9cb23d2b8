/** `lead-gateway preview`. */
import { Argument, Command, Flag } from "effect/cli"
import { lazily } from "../lazily.ts"
import { json } from "./json.ts"

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
  json: json("Print JSON: a line for each lead, and a summary of several"),
}

/** What would happen. */
export const preview = Command.make(
  "preview",
  parameters,
  lazily(async () => (await import("../preview/preview.ts")).previewLeads),
).pipe(
  Command.withDescription(
    "Print what would happen to leads and why: rules, normalisation, mapping and the customer payload. Nothing is stored or sent",
  ),
  Command.withShortDescription("Print what would happen to a lead, and why"),
  Command.withExamples([
    { command: "lead-gateway preview lead.json", description: "Explain one lead, step by step" },
    {
      command: "lead-gateway preview --summary --rules draft.json leads.ndjson",
      description: "Count what draft rules take",
    },
  ]),
)
