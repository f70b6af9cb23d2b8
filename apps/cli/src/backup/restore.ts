import { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"
import { BackupFailed, DatabaseNotEmpty } from "./BackupError.ts"
import type { BackupStore } from "./BackupStore.ts"
import { dumpOf, type Manifest } from "./Manifest.ts"
import { postgresClient, postgresProgram, withoutSecrets } from "./postgresPrograms.ts"
import { allOf, start, write } from "./Program.ts"

/** What to restore, and where to. */
export interface RestoreOptions {
  readonly manifest: Manifest
  /** Where the dump is, whose checksum has been compared. */
  readonly store: BackupStore
  /** The file of the secret key, for an encrypted backup. */
  readonly identity: string | undefined
  /** The environment by which libpq connects to the empty database. */
  readonly env: NodeJS.ProcessEnv
  readonly pgBin: string | undefined
  readonly signal: AbortSignal
  /** Is called with the bytes of the dump that have been read. */
  readonly progress: (bytes: number) => void
}

/**
 * Restores a dump into an empty database, in one transaction: after a failure it is as empty as before. Nothing that is decrypted
 * is written to a disk. All belongs to the role that restores; rights of other roles are not restored.
 */
export const restore = async (options: RestoreOptions): Promise<void> => {
  const { env, manifest, pgBin, progress, store } = options
  const stop = new AbortController()
  const signal = AbortSignal.any([options.signal, stop.signal])
  const read = async function* () {
    let bytes = 0
    for await (const chunk of store.read(dumpOf(manifest), signal)) {
      progress((bytes += chunk.length))
      yield chunk
    }
  }
  const opening = manifest.file.encryption === null ? undefined : decrypt(identityOf(options), signal)
  const restoring = start({
    program: postgresProgram("pg_restore", pgBin),
    args: [
      "--single-transaction",
      "--no-owner",
      "--no-privileges",
      "--no-password",
      // The name is in the environment.
      "--dbname=",
    ],
    env,
    from: postgresClient,
    signal,
  })
  restoring.stdout.resume()
  const copy = async (from: AsyncIterable<Buffer>, to: typeof restoring) => {
    for await (const chunk of from) await write(to.stdin, chunk)
  }
  const decrypting = async () => {
    if (opening === undefined) return
    await copy(read(), opening)
    opening.stdin.end()
  }
  const feeding = async () => {
    await copy(opening?.stdout ?? read(), restoring)
    // The transaction must not be committed when what came was cut off.
    await opening?.ended
    restoring.stdin.end()
  }
  await allOf(stop, [
    ...(opening === undefined ? [] : [opening.ended]),
    decrypting(),
    feeding(),
    restoring.ended,
  ])
}

const identityOf = ({ identity, manifest, store }: RestoreOptions): string => {
  if (identity !== undefined) return identity
  throw new BackupFailed({
    message: `${store.pathOf(dumpOf(manifest))} is encrypted: name the file of the secret key by --identity`,
  })
}

const decrypt = (identity: string, signal: AbortSignal) =>
  start({
    program: "age",
    args: ["--decrypt", "--identity", identity],
    env: withoutSecrets(),
    from: "age",
    signal,
  })

/** Fails unless the database has no table, view, sequence, type or function, except those of extensions. */
export const requireEmpty = Effect.gen(function* () {
  const sql = yield* PgClient.PgClient
  const found = yield* sql<{ name: string }>`
    WITH object AS (
      SELECT 'pg_class'::regclass AS class, oid, relname AS name, relnamespace AS namespace FROM pg_class
      UNION ALL
      SELECT 'pg_type'::regclass, oid, typname, typnamespace FROM pg_type
      UNION ALL
      SELECT 'pg_proc'::regclass, oid, proname, pronamespace FROM pg_proc
    )
    SELECT min(object.name) AS name
    FROM object JOIN pg_namespace ON pg_namespace.oid = namespace
    WHERE nspname <> 'information_schema' AND nspname !~ '^pg_'
      AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = class AND objid = object.oid AND deptype = 'e')
    HAVING count(*) > 0`
  const [object] = found
  if (object !== undefined) {
    return yield* new DatabaseNotEmpty({
      message: `the database is not empty: it has ${object.name}; restore into a new one`,
    })
  }
})

/**
 * Makes a restored database ready for leads. Ids that were given to leads after the backup are not given again: senders
 * may have stored them. Statistics for plans are no part of a dump.
 */
export const prepareForLeads = Effect.fnUntraced(function* (skip: number) {
  const sql = yield* PgClient.PgClient
  if (skip > 0) {
    yield* sql`SELECT setval('lead_id_seq', last_value + ${skip}::bigint) FROM lead_id_seq`
  }
  yield* sql`ANALYZE`.unprepared
})
