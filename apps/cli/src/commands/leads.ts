/** `lead-gateway leads`. */
import { LeadStatus } from "@lead-gateway/lead"
import { Command, Flag } from "effect/cli"
import { lazily } from "../lazily.ts"

const flags = {
  last: Flag.Int("last").pipe(
    Flag.withDescription("How many leads, the newest ones; 100 unless given"),
    Flag.filter(
      (last) => last >= 1,
      (last) => `found ${last}, expected a whole number from 1`,
    ),
    Flag.withDefault(100),
  ),
  status: Flag.Literals("status", LeadStatus.literals).pipe(
    Flag.withDescription("Leads with this status alone"),
    Flag.optional,
  ),
}

/** What came in, for a preview. */
export const leads = Command.make(
  "leads",
  flags,
  lazily(async () => (await import("../operator/leads.ts")).printLeads),
).pipe(
  Command.withDescription(
    "Print the payloads of the newest leads as they came, one on each line, newest first: for preview, and personal data",
  ),
  Command.withShortDescription("Print the newest leads as they came"),
  Command.withExamples([
    { command: "lead-gateway leads --last 10", description: "Print the ten newest" },
    {
      command: "lead-gateway leads --last 1000 | lead-gateway preview --summary --rules draft.json",
      description: "Try draft rules on the newest thousand",
    },
  ]),
)
