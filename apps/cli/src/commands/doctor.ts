/** `lead-gateway doctor`. */
import { Command, Flag } from "effect/cli"
import { lazily } from "../lazily.ts"
import { serverNames } from "../servers.ts"
import { json } from "./json.ts"

const flags = {
  server: Flag.Literals("for", serverNames).pipe(
    Flag.withDescription("The process whose settings are looked at; start unless given"),
    Flag.withDefault("start"),
  ),
  json: json("Print the findings as JSON"),
}

/** What is wrong here. */
export const doctor = Command.make(
  "doctor",
  flags,
  lazily(async () => (await import("../doctor/doctor.ts")).examine),
).pipe(
  Command.withDescription(
    "Look at configuration, database, queue, customer, clock, disk and files, and say what to do about each finding; code 1 when something is wrong. Nothing is changed, and no lead is sent",
  ),
  Command.withShortDescription("Find out what is wrong, and what to do about it"),
  Command.withExamples([
    { command: "lead-gateway doctor", description: "Look at what `lead-gateway start` needs" },
    { command: "lead-gateway doctor --for worker", description: "Look at what a worker needs" },
    { command: "lead-gateway doctor --json", description: "The same for a machine" },
  ]),
)
