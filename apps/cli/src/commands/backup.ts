/** `lead-gateway backup`. */
import { Console, Data, Duration, Effect, Option, Result } from "effect"
import { Command, Flag } from "effect/cli"
import { json } from "../Output.ts"
import { pgBin } from "./pgBin.ts"

/** The flags describe no backup. */
class BackupRefused extends Data.TaggedError("BackupRefused")<{ readonly message: string }> {}

const flags = {
  to: Flag.String("to").pipe(
    Flag.withDescription(
      "The folder of the backups, which is created where it is missing, or s3://bucket/prefix",
    ),
  ),
  recipients: Flag.String("recipient").pipe(
    Flag.withDescription("Encrypt by age for this public key, such as age1…; may be repeated"),
    Flag.filter(
      (recipient) => /^(age1|ssh-)/.test(recipient),
      () => "expected a public key of age or SSH, which begins with age1 or ssh-",
    ),
    Flag.atLeast(0),
  ),
  keep: Flag.Int("keep").pipe(
    Flag.withDescription(
      "How many backups to keep; older ones are removed once this one is whole. All unless given",
    ),
    Flag.filter(
      (count) => count >= 1,
      (count) => `found ${count}, expected a whole number from 1`,
    ),
    Flag.optional,
  ),
  keepFor: Flag.String("keep-for").pipe(
    Flag.withDescription("Remove backups older than this as well, such as 72h, 30d, 6w or 1y"),
    Flag.optional,
  ),
  metricsFile: Flag.String("metrics-file").pipe(
    Flag.withDescription(
      "Write time, size and duration for the textfile collector of Prometheus, a name that ends in .prom",
    ),
    Flag.optional,
  ),
  pgBin,
  json: json("Print the manifest as JSON, and which backups were removed"),
}

/** The duration of a period such as `30d`; of a month 30 days, which keeps no backup for longer than it says. */
const durationOf = Effect.fnUntraced(function* (text: string) {
  const { Quantity } = yield* Effect.promise(() => import("@lead-gateway/config"))
  const period = Option.flatten(Result.getSuccess(Quantity.periodOrOff.read(text)))
  if (Option.isNone(period)) {
    return yield* new BackupRefused({
      message: "--keep-for: use a period such as 72h, 30d, 6w, 18mo or 2y, from 1h to 100y",
    })
  }
  const { days, hours, months } = period.value
  return Duration.hours((months * 30 + days) * 24 + hours)
})

/** Backs up the database. */
export const backup = Command.make(
  "backup",
  flags,
  Effect.fnUntraced(function* ({ json, keep, keepFor, metricsFile, pgBin, recipients, to }) {
    const period = Option.isSome(keepFor) ? yield* durationOf(keepFor.value) : undefined
    const { makeBackup } = yield* Effect.promise(() => import("../backup/makeBackup.ts"))
    const { manifest, path, removed } = yield* makeBackup({
      to,
      recipients,
      keep: Option.getOrUndefined(keep),
      keepFor: period,
      metricsFile: Option.getOrUndefined(metricsFile),
      pgBin: Option.getOrUndefined(pgBin),
    })
    if (json) return yield* Console.log(JSON.stringify({ manifest, removed }))
    const { bytes, encryption } = manifest.file
    yield* Console.log(
      [
        `backed up ${manifest.contents.ledger.rows.received} leads to ${path}`,
        `  ${bytes} bytes${encryption === null ? ", not encrypted" : ""}, in ${(manifest.duration_ms / 1000).toFixed(1)} s`,
        ...removed.map((name) => `removed ${name}`),
      ].join("\n"),
    )
  }, Effect.scoped),
).pipe(
  Command.withDescription(
    "Back up the database by pg_dump, which must be as new as the server: one moment of it, compressed, read again and counted. Processes may run meanwhile",
  ),
  Command.withShortDescription("Back up the database"),
  Command.withExamples([
    { command: "lead-gateway backup --to /backups --keep 7", description: "Keep the newest seven" },
    {
      command: "lead-gateway backup --to /backups --recipient age1…",
      description: "Encrypt it, for who has the secret key",
    },
    {
      command: "lead-gateway backup --to s3://backups/leads --keep-for 30d",
      description: "To a store of S3's kind, which the AWS_ variables name",
    },
  ]),
)
