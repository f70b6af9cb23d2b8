/** `lead-gateway restore`. */
import { Console, Effect, Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { json } from "../Output.ts"
import { pgBin } from "./pgBin.ts"

const flags = {
  path: Argument.String("path").pipe(
    Argument.withDescription(
      "A file of the backup, or a folder or s3://bucket/prefix, whose newest backup is taken",
    ),
  ),
  identity: Flag.String("identity").pipe(
    Flag.withDescription("The file of the secret key, for a backup that age has encrypted"),
    Flag.optional,
  ),
  drill: Flag.Boolean("drill").pipe(
    Flag.withDescription("Restore into a new database on the same server, compare, and drop it again"),
    Flag.withDefault(false),
  ),
  skipIds: Flag.Int("skip-ids").pipe(
    Flag.withDescription(
      "How many ids of leads to leave out, since senders may have stored those of leads received after the backup; 1000000 unless given",
    ),
    Flag.filter(
      (count) => count >= 0 && count <= 1_000_000,
      (count) => `found ${count}, expected a whole number from 0 to 1000000`,
    ),
    Flag.withDefault(1_000_000),
  ),
  pgBin,
  json: json("Print what was restored as JSON"),
}

/** Restores a backup into the configured database, which must be empty. */
export const restore = Command.make(
  "restore",
  flags,
  Effect.fnUntraced(function* ({ drill, identity, json, path, pgBin, skipIds }) {
    const { restoreBackup } = yield* Effect.promise(() => import("../backup/restoreBackup.ts"))
    const { durationMs, manifest, missingMigrations } = yield* restoreBackup({
      path,
      identity: Option.getOrUndefined(identity),
      pgBin: Option.getOrUndefined(pgBin),
      drill,
      skipIds,
    })
    const { contents, name, taken_at } = manifest
    if (json) {
      return yield* Console.log(
        JSON.stringify({
          name,
          taken_at,
          drill,
          duration_ms: durationMs,
          ledger: contents.ledger.rows,
          missing_migrations: missingMigrations,
        }),
      )
    }
    yield* Console.log(
      [
        `${drill ? "the drill restored" : "restored"} ${name}: ${contents.ledger.rows.received} leads, as of ${taken_at}, in ${(durationMs / 1000).toFixed(1)} s`,
        "every table and the ledger agree with the manifest",
        ...(drill || missingMigrations.length === 0
          ? []
          : [
              `before processes start: lead-gateway migrate up, which applies ${missingMigrations.join(", ")}`,
            ]),
      ].join("\n"),
    )
  }, Effect.scoped),
).pipe(
  Command.withDescription(
    "Restore a backup into the configured database, which must be empty, and compare every table and the ledger with its manifest; code 1 when the backup is damaged or anything differs. After a failure the database is empty as before",
  ),
  Command.withShortDescription("Restore a backup, or try whether it can be"),
  Command.withExamples([
    { command: "lead-gateway restore /backups", description: "Restore the newest backup" },
    {
      command: "lead-gateway restore /backups --drill --identity key.txt",
      description: "Prove that it can be restored",
    },
  ]),
)
