import { Schema } from "effect"

/** No Postgres server can be run: the bundled one does not run here, and none is installed. */
export class PostgresMissing extends Schema.TaggedError<PostgresMissing>()("PostgresMissing", {
  /** The places that were searched, each with the reason why it was refused. */
  tried: Schema.Array(Schema.String),
}) {
  override get message(): string {
    return (
      `no PostgreSQL server to run (${this.tried.join("; ")}): install PostgreSQL 14 or later ` +
      "(apt install postgresql, apk add postgresql), or set DATABASE_URL"
    )
  }
}

/**
 * There is no user to run the server as: Postgres refuses root, and creates no database for a user without a
 * name in `/etc/passwd`.
 */
export class UserRefused extends Schema.TaggedError<UserRefused>()("UserRefused", {
  /** The users that were tried, each with the reason why it does not work. */
  tried: Schema.Array(Schema.String),
}) {
  override get message(): string {
    return (
      `no user can run PostgreSQL here (${this.tried.join("; ")}): ` +
      "start as an ordinary user who has a name, or set DATABASE_URL"
    )
  }
}

/** Another running process uses the data folder. */
export class DataDirInUse extends Schema.TaggedError<DataDirInUse>()("DataDirInUse", {
  dataDir: Schema.String,
  /** The holder's process id on `host`. */
  pid: Schema.Int,
  /** The holder's host name, or null when it runs here. */
  host: Schema.NullOr(Schema.String),
}) {
  override get message(): string {
    const holder = this.host === null ? `process ${this.pid}` : `process ${this.pid} on ${this.host}`
    return `the data folder ${this.dataDir} is in use by ${holder}: stop it, or set another DATA_DIR`
  }
}

/** The data folder contains files but no database of this package. Nothing in it was changed. */
export class DataDirNotEmpty extends Schema.TaggedError<DataDirNotEmpty>()("DataDirNotEmpty", {
  dataDir: Schema.String,
  /** Up to three names of files in it. */
  names: Schema.Array(Schema.String),
}) {
  override get message(): string {
    return (
      `the data folder ${this.dataDir} holds other files (${this.names.join(", ")}) and no database: ` +
      "set DATA_DIR to an empty or a new folder"
    )
  }
}

/** The data folder cannot be created, read or written by this user. */
export class DataDirNotWritable extends Schema.TaggedError<DataDirNotWritable>()("DataDirNotWritable", {
  dataDir: Schema.String,
  /** The error of the system, for example `EACCES: permission denied, mkdir '/srv/data'`. */
  detail: Schema.String,
}) {
  override get message(): string {
    return (
      `the data folder ${this.dataDir} cannot be used (${this.detail}): ` +
      "give it to the user who starts the program, or set another DATA_DIR"
    )
  }
}

/** The disk of the data folder is full, or too full for a new database. */
export class DataDirFull extends Schema.TaggedError<DataDirFull>()("DataDirFull", {
  dataDir: Schema.String,
}) {
  override get message(): string {
    return `no disk space left for the data folder ${this.dataDir}: free some, or set DATA_DIR to another disk`
  }
}

/** The database was written by another major version of Postgres than that of the available server. */
export class DataDirWrongVersion extends Schema.TaggedError<DataDirWrongVersion>()("DataDirWrongVersion", {
  dataDir: Schema.String,
  /** The major version that wrote the database, as its file says: `"17"`. */
  written: Schema.String,
  /** The major version of the available server. */
  server: Schema.Int,
}) {
  override get message(): string {
    return (
      `the data folder ${this.dataDir} was written by PostgreSQL ${this.written}, the server here is ` +
      `${this.server}: install PostgreSQL ${this.written}, or move the data with pg_dump and set a new DATA_DIR`
    )
  }
}

/** The server or `initdb` ended, or did not get ready in time, for a reason without an error of its own. */
export class ServerFailed extends Schema.TaggedError<ServerFailed>()("ServerFailed", {
  /** The step that failed. */
  stage: Schema.Literals(["initdb", "start", "run"]),
  /** The last message of the server, on one line. */
  detail: Schema.String,
  /** The log with the details. */
  logFile: Schema.String,
}) {
  override get message(): string {
    const what = {
      initdb: "the database could not be created",
      start: "the database server did not start",
      run: "the database server ended",
    }[this.stage]
    return `${what}: ${this.detail} (see ${this.logFile})`
  }
}

/** Every reason of an {@link EmbeddedPostgresError}. */
export const EmbeddedPostgresReason = Schema.Union([
  PostgresMissing,
  UserRefused,
  DataDirInUse,
  DataDirNotEmpty,
  DataDirNotWritable,
  DataDirFull,
  DataDirWrongVersion,
  ServerFailed,
])
/** Every reason of an {@link EmbeddedPostgresError}. */
export type EmbeddedPostgresReason = typeof EmbeddedPostgresReason.Type

/**
 * The one error of this package; `reason` has the details.
 *
 * `message` is one line for a terminal: what is wrong, where, and what to do. Handle one reason with
 * `Effect.catchReason("EmbeddedPostgresError", "DataDirInUse", …)`.
 */
export class EmbeddedPostgresError extends Schema.TaggedError<EmbeddedPostgresError>()(
  "EmbeddedPostgresError",
  { reason: EmbeddedPostgresReason },
) {
  override readonly cause = this.reason

  override get message(): string {
    return this.reason.message
  }
}
