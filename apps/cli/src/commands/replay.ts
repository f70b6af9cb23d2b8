/** `lead-gateway replay`. */
import { Command, Flag } from "effect/cli"
import { lazily } from "../lazily.ts"
import { json } from "./json.ts"

const many = <A>(flag: Flag.Flag<A>, description: string) =>
  flag.pipe(Flag.withDescription(`${description}; may be repeated`), Flag.atLeast(0))

const flags = {
  request: Flag.String("request").pipe(
    Flag.withDescription("Your own name for this request: made again, it does nothing again"),
  ),
  ids: many(Flag.Int("id"), "A lead"),
  statuses: many(
    Flag.Literals("status", ["PERMANENTLY_FAILED", "REJECTED", "FAILED"]),
    "Leads with this status; FAILED means parked ones",
  ),
  reasons: many(Flag.String("reason"), "Leads with this rejection_reason"),
  receivedFrom: Flag.String("received-from").pipe(
    Flag.withDescription("Leads received at or after this moment, such as 2026-01-21T10:00:00Z"),
    Flag.optional,
  ),
  receivedBefore: Flag.String("received-before").pipe(
    Flag.withDescription("Leads received before this moment"),
    Flag.optional,
  ),
  json: json("Print how many were replayed as JSON"),
}

/** Leads that ended badly, once more. */
export const replay = Command.make(
  "replay",
  flags,
  lazily(async () => (await import("../operator/replay.ts")).replayLeads),
).pipe(
  Command.withDescription(
    "Send leads again that were rejected, parked or given up: those that meet every criterion given, at least one",
  ),
  Command.withShortDescription("Send leads again that ended badly"),
  Command.withExamples([
    {
      command: "lead-gateway replay --request ticket-7 --id 42 --id 43",
      description: "Send two leads again",
    },
    {
      command:
        "lead-gateway replay --request outage-jan --status PERMANENTLY_FAILED --received-from 2026-01-21T10:00:00Z",
      description: "Send again whatever was given up since a moment",
    },
  ]),
)
