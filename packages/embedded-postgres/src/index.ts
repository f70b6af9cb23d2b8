/**
 * A real Postgres server that a process starts for itself and that ends with it.
 *
 * Used by the gateway, which then needs no database service, and by the test kit. It finds the server's binaries,
 * creates the database, locks its folder and stops the server even if the process is killed. It has no schema: its users
 * create one.
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
