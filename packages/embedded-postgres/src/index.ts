/**
 * A real Postgres server that a process starts for itself and that ends with it.
 *
 * Used by the gateway, which needs no database service then, and by the test kit. It brings the server's
 * binaries, creates the database, guards its folder and never leaves a server behind. It holds no SQL and no
 * schema: that is the work of whoever connects.
 */
export {
  EmbeddedPostgres,
  type EmbeddedPostgresOptions,
  type EmbeddedPostgresShape,
} from "./EmbeddedPostgres.ts"
export {
  DataDirFull,
  DataDirInUse,
  DataDirNotEmpty,
  DataDirNotWritable,
  DataDirWrongVersion,
  EmbeddedPostgresError,
  EmbeddedPostgresReason,
  PostgresMissing,
  ServerFailed,
  UserRefused,
} from "./EmbeddedPostgresError.ts"
