/** `lead-gateway doctor`. */
import { Console, Effect } from "effect"
import { Command, Flag } from "effect/cli"
import packageJson from "../../package.json" with { type: "json" }
import type { Finding } from "../doctor/Finding.ts"
import { json } from "../Output.ts"
import { terminal, withProgress } from "../Progress.ts"
import { type Server, serverNames } from "../servers.ts"

const flags = {
  server: Flag.Literals("for", serverNames).pipe(
    Flag.withDescription("The process whose settings are checked; start unless given"),
    Flag.withDefault("start"),
  ),
  json: json("Print the findings as JSON"),
}

/**
 * Runs every check of what a process needs and prints the findings. A check that finds something wrong does not stop the
 * others. The exit code is 1 when something is wrong.
 */
const runChecks = Effect.fnUntraced(function* ({
  json,
  server,
}: {
  readonly json: boolean
  readonly server: Server
}) {
  const { checksOf } = yield* Effect.promise(() => import("../doctor/checks.ts"))
  const { printFinding, printTotal } = yield* Effect.promise(() => import("../doctor/Finding.ts"))
  const findings: Array<Finding> = []
  for (const { subject, run } of yield* checksOf(server)) {
    const results = yield* withProgress(`checking ${subject}`, terminal(), () => run)
    findings.push(...results)
    if (!json && results.length > 0) yield* Console.log(results.map(printFinding).join("\n"))
  }
  const isWrong = findings.some(({ level }) => level === "wrong")
  yield* Console.log(
    json
      ? JSON.stringify({
          version: packageJson.version,
          node: process.version,
          for: server,
          ok: !isWrong,
          findings,
        })
      : printTotal(findings),
  )
  if (isWrong) process.exitCode = 1
})

/** Checks what a process needs, without changing anything. */
export const doctor = Command.make("doctor", flags, runChecks).pipe(
  Command.withDescription(
    "Check configuration, database, queue, customer, clock, disk and files, and say what to do about each finding; code 1 when something is wrong. Nothing is changed, and no lead is sent",
  ),
  Command.withShortDescription("Find out what is wrong, and what to do about it"),
  Command.withExamples([
    { command: "lead-gateway doctor", description: "Check what `lead-gateway start` needs" },
    { command: "lead-gateway doctor --for worker", description: "Check what a worker needs" },
    { command: "lead-gateway doctor --json", description: "The same for a machine" },
  ]),
)
