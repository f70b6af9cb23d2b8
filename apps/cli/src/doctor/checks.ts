/** Every check of the doctor, in the order in which they run. */
import { Defect } from "@lead-gateway/runtime"
import { Cause, Duration, Effect, type Scope } from "effect"
import type { Server } from "../servers.ts"
import { checkConfiguration, readSettings } from "./configuration.ts"
import { checkCustomer } from "./customer.ts"
import { checkDatabase } from "./database.ts"
import { checkDisk, checkFiles } from "./fileSystem.ts"
import { about, type Finding, type Subject } from "./Finding.ts"
import { checkQueue } from "./queue.ts"

/** One check; it always succeeds, with its findings. */
export interface Check {
  readonly subject: Subject
  readonly run: Effect.Effect<ReadonlyArray<Finding>>
}

/** The checks of what a process needs. The check of the database reports on the clock as well. */
export const checksOf = Effect.fnUntraced(function* (server: Server): Effect.fn.Return<ReadonlyArray<Check>> {
  const settings = yield* readSettings(server)
  return [
    check("configuration", checkConfiguration(server)),
    check("files", checkFiles(settings)),
    check("disk", checkDisk(settings)),
    check("database", checkDatabase(settings)),
    check("queue", checkQueue(settings)),
    check("customer", checkCustomer(settings)),
  ]
})

const timeout = Duration.seconds(30)

/** A check that exceeds the timeout or dies of a defect becomes a finding. */
const check = (subject: Subject, run: Effect.Effect<ReadonlyArray<Finding>, never, Scope.Scope>): Check => {
  const { wrong } = about(subject)
  return {
    subject,
    run: Effect.scoped(run).pipe(
      Effect.timeoutOrElse({
        duration: timeout,
        orElse: () =>
          Effect.succeed([
            wrong(subject, `no answer within ${Duration.toSeconds(timeout)} s`, "find out what delays it"),
          ]),
      }),
      Effect.catchCauseIf(
        (cause) => !Cause.hasInterrupts(cause),
        (cause) =>
          Effect.succeed([
            wrong(
              subject,
              `the check failed unexpectedly: ${Defect.describe(Cause.squash(cause))}`,
              "report this as a bug",
            ),
          ]),
      ),
    ),
  }
}
