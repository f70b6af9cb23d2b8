import { Data } from "effect"

/** A backup was not made or not restored. */
export class BackupFailed extends Data.TaggedError("BackupFailed")<{ readonly message: string }> {
  get lines(): ReadonlyArray<string> {
    return this.message.split("\n")
  }
}

/** The files of a backup are not those that were written, or it is incomplete. */
export class BackupDamaged extends Data.TaggedError("BackupDamaged")<{ readonly message: string }> {}

/** The database to restore into holds something already. */
export class DatabaseNotEmpty extends Data.TaggedError("DatabaseNotEmpty")<{ readonly message: string }> {}

/** The restored database is not what the manifest says. */
export class RestoreDiffers extends Data.TaggedError("RestoreDiffers")<{
  readonly differences: ReadonlyArray<string>
}> {
  get lines(): ReadonlyArray<string> {
    return ["the restored database differs from the backup:", ...this.differences.map((line) => `  ${line}`)]
  }
  override get message(): string {
    return this.lines.join("\n")
  }
}

/** The error of a failed promise as one of ours. */
export const asBackupError = (error: unknown): BackupFailed | BackupDamaged =>
  error instanceof BackupFailed || error instanceof BackupDamaged
    ? error
    : new BackupFailed({ message: error instanceof Error ? error.message : String(error) })
