/** `lead-gateway ledger`. */
import { Command } from "effect/cli"
import { lazily } from "../lazily.ts"
import { json } from "./json.ts"

/** The books. */
export const ledger = Command.make(
  "ledger",
  { json: json("Print the figures as JSON") },
  lazily(async () => (await import("../operator/ledger.ts")).compareBooks),
).pipe(
  Command.withDescription("Compare the counters with the leads; code 1 when a lead is missing in either"),
  Command.withShortDescription("See that no lead is missing"),
  Command.withExamples([
    { command: "lead-gateway ledger", description: "Print counters and leads side by side" },
  ]),
)
