/**
 * The role that connects: the superuser, or an owner of the database that may do nothing beyond it.
 */
import { rm } from "node:fs/promises"
import { Effect } from "effect"
import type { EmbeddedPostgresError } from "../EmbeddedPostgresError.ts"
import { type ClusterSetup, createCluster, database, runSingle, superuser } from "./cluster.ts"
import { newPassword, readPassword, storePassword } from "./dataDir.ts"
import { onDisk } from "./failures.ts"

/** Which role connects. */
export type Role = "superuser" | "owner"

/** A name and a password. */
export interface Login {
  readonly user: string
  readonly password: string
}

/** The role that owns the database. */
const owner = "lead_gateway"

/**
 * Whether nobody can log in as this role yet, so that the database has to be changed before the server runs: it is new,
 * its password was lost, or it was used as the other role, by an earlier release, say.
 */
export const needsLogin = Effect.fnUntraced(function* (
  dir: ClusterSetup["dir"],
  role: Role,
): Effect.fn.Return<boolean, EmbeddedPostgresError> {
  const ofSuperuser = yield* readPassword(dir, dir.password)
  if (role === "superuser") return ofSuperuser === undefined
  return ofSuperuser !== undefined || (yield* readPassword(dir, dir.rolePassword)) === undefined
})

/**
 * The login of this role. One that does not exist yet is created while no server runs; then what the superuser owns in the
 * database becomes the owner's. May be repeated.
 */
export const loginOf = Effect.fnUntraced(function* (
  setup: ClusterSetup,
  role: Role,
): Effect.fn.Return<Login, EmbeddedPostgresError> {
  const { dir, runAs } = setup
  const path = role === "superuser" ? dir.password : dir.rolePassword
  const user = role === "superuser" ? superuser : owner
  const known = yield* readPassword(dir, path)
  if (known !== undefined && !(yield* needsLogin(dir, role))) return { user, password: known }
  const password = known ?? newPassword()
  if (role === "superuser") {
    yield* runSingle(setup, dir.cluster, "template1", [`ALTER ROLE ${superuser} PASSWORD '${password}'`])
    yield* storePassword(dir, path, password, runAs)
  } else {
    yield* runSingle(setup, dir.cluster, database, [handOver(password)])
    yield* storePassword(dir, path, password, runAs)
    // The last step: while this file is there, the others are repeated.
    yield* onDisk(dir.root, () => rm(dir.password, { force: true }))
  }
  return { user, password }
})

/**
 * Creates the owner, gives it the database and everything in it that is the superuser's, and locks the superuser out. One
 * line, as single-user mode reads it. `REASSIGN OWNED` refuses objects of this superuser. What belongs to an extension
 * stays; so do sequences of a column, which follow their table.
 */
const handOver = (password: string): string =>
  oneLine(`
  DO $do$ DECLARE change text; BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${owner}') THEN CREATE ROLE ${owner}; END IF;
    ALTER ROLE ${owner} WITH LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD '${password}';
    ALTER ROLE ${superuser} PASSWORD NULL;
    ALTER DATABASE ${database} OWNER TO ${owner};
    FOR change IN
      WITH space AS (
        SELECT oid, nspname, nspowner FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
      ), free AS (
        SELECT 'SCHEMA' AS kind, nspname::text AS name, 'pg_namespace'::regclass AS class, oid, nspowner AS owned_by FROM space
        UNION ALL
        SELECT CASE relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE' WHEN 'f' THEN 'FOREIGN TABLE' ELSE 'TABLE' END,
          c.oid::regclass::text, 'pg_class'::regclass, c.oid, relowner
        FROM pg_class c JOIN space ON space.oid = relnamespace WHERE relkind IN ('r', 'p', 'v', 'm', 'f')
          OR (relkind = 'S' AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype IN ('a', 'i')))
        UNION ALL
        SELECT 'ROUTINE', p.oid::regprocedure::text, 'pg_proc'::regclass, p.oid, proowner
        FROM pg_proc p JOIN space ON space.oid = pronamespace WHERE prokind <> 'a'
        UNION ALL
        SELECT CASE typtype WHEN 'd' THEN 'DOMAIN' ELSE 'TYPE' END, t.oid::regtype::text, 'pg_type'::regclass, t.oid, typowner
        FROM pg_type t JOIN space ON space.oid = typnamespace LEFT JOIN pg_class c ON c.oid = typrelid
        WHERE typtype IN ('d', 'e', 'r') OR (typtype = 'c' AND c.relkind = 'c')
      )
      SELECT format('ALTER %s %s OWNER TO ${owner}', kind, CASE kind WHEN 'SCHEMA' THEN quote_ident(name) ELSE name END)
      FROM free WHERE owned_by = '${superuser}'::regrole
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = free.class AND d.objid = free.oid AND d.deptype = 'e')
    LOOP EXECUTE change; END LOOP;
  END $do$`)

const oneLine = (statement: string): string => statement.replace(/\s+/g, " ").trim()

/** Creates the database in a new data folder, for this role. */
export const createDatabase = Effect.fnUntraced(function* (
  setup: ClusterSetup,
  role: Role,
): Effect.fn.Return<void, EmbeddedPostgresError> {
  if (role === "superuser") return yield* createCluster(setup, [`CREATE DATABASE ${database}`])
  const { dir, runAs } = setup
  const password = newPassword()
  yield* storePassword(dir, dir.rolePassword, password, runAs)
  yield* createCluster(setup, [
    `CREATE ROLE ${owner} LOGIN PASSWORD '${password}'`,
    `CREATE DATABASE ${database} OWNER ${owner}`,
    `ALTER ROLE ${superuser} PASSWORD NULL`,
  ])
  yield* onDisk(dir.root, () => rm(dir.password, { force: true }))
})
