import { Defect } from "@lead-gateway/runtime"
import { Cause, Console, Duration, Effect, type Scope } from "effect"
import packageJson from "../../package.json" with { type: "json" }
import type { Server } from "../servers.ts"
import { terminal, withProgress } from "../Progress.ts"
import { lookAtConfiguration } from "./configuration.ts"
import { lookAtCustomer } from "./customer.ts"
import { lookAtDatabase } from "./database.ts"
import { lookAtDisk } from "./disk.ts"
import { lookAtFiles } from "./files.ts"
import { about, type Finding, printFinding, printTotal, type Subject } from "./Finding.ts"
import { admit, type Patient } from "./Patient.ts"
import { lookAtQueue } from "./queue.ts"

/** What is looked at, one after the other. The database's look tells of the clock, too. */
const looks: ReadonlyArray<
  readonly [Subject, (patient: Patient) => Effect.Effect<ReadonlyArray<Finding>, never, Scope.Scope>]
> = [
  ["configuration", ({ server }) => lookAtConfiguration(server)],
  ["files", lookAtFiles],
  ["disk", lookAtDisk],
  ["database", lookAtDatabase],
  ["queue", lookAtQueue],
  ["customer", lookAtCustomer],
]

/**
 * Looks at everything that a process needs and prints what was found. What is wrong in one place keeps nobody from
 * looking at the others. The exit code is 1 when something is wrong.
 */
export const examine = Effect.fnUntraced(function* ({
  json,
  server,
}: {
  readonly json: boolean
  readonly server: Server
}) {
  const patient = yield* admit(server)
  const findings: Array<Finding> = []
  for (const [subject, look] of looks) {
    const found = yield* withProgress(`looking at ${subject}`, terminal(), () =>
      safely(subject, look(patient)),
    )
    findings.push(...found)
    if (!json && found.length > 0) yield* Console.log(found.map(printFinding).join("\n"))
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

/** A look that takes too long, or that breaks, is a finding of its own. */
const safely = (subject: Subject, look: Effect.Effect<ReadonlyArray<Finding>, never, Scope.Scope>) => {
  const { wrong } = about(subject)
  return Effect.scoped(look).pipe(
    Effect.timeoutOrElse({
      duration: patience,
      orElse: () =>
        Effect.succeed([
          wrong(subject, `no answer within ${Duration.toSeconds(patience)} s`, "find out what holds it up"),
        ]),
    }),
    Effect.catchCauseIf(
      (cause) => !Cause.hasInterrupts(cause),
      (cause) =>
        Effect.succeed([
          wrong(subject, `the look broke: ${Defect.describe(Cause.squash(cause))}`, "report this as a bug"),
        ]),
    ),
  )
}

const patience = Duration.seconds(30)
