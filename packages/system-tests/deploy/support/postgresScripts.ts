/** Programs of Postgres on a PATH, for the scripts of `docker/postgres`: a server of version 15, and Debian's clients. */
import { debianPackages } from "@lead-gateway/testkit"
import { cpSync, existsSync, globSync, mkdirSync, writeFileSync } from "node:fs"
import { basename, join } from "node:path"
import { olderPostgres } from "../../faults/support/postgresPrograms.ts"

/**
 * Writes launchers of `initdb`, `postgres`, `psql` and `pg_basebackup` into the folder, for any user. A client may be newer
 * than the server, and the server of the bundled packages has no clients.
 */
export const writeLaunchers = async (folder: string): Promise<string> => {
  const servers = olderPostgres(15)
  if (servers === undefined) throw new Error("there are servers of version 15 on Linux x64 only")
  const { libraries, root } = await debianPackages("postgresql-client")
  const clients = [join(root, "usr/lib/postgresql"), "/usr/lib/postgresql"]
    .flatMap((versions) =>
      globSync("*/bin/pg_basebackup", { cwd: versions }).map((path) => join(versions, path)),
    )
    .find((path) => Number(/postgresql\/(\d+)/.exec(path)?.[1]) >= 15)
  if (clients === undefined)
    throw new Error("Debian's postgresql-client has no pg_basebackup of version 15 or later")
  const [bin, real, lib] = ["bin", "real", "lib"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ]
  for (const made of [bin, real, lib]) mkdirSync(made)
  // The cache of packages may be where another user cannot go.
  for (const path of libraries
    .split(":")
    .filter(existsSync)
    .flatMap((path) => globSync(join(path, "*.so*"))))
    cpSync(path, join(lib, basename(path)), { dereference: true })
  for (const name of ["psql", "pg_basebackup"])
    cpSync(join(clients, "..", name), join(real, name), { dereference: true })
  const launch = (name: string, line: string) =>
    writeFileSync(join(bin, name), `#!/bin/sh\nexec ${line} "$@"\n`, { mode: 0o755 })
  for (const name of ["psql", "pg_basebackup"])
    launch(name, `env LD_LIBRARY_PATH='${lib}' '${join(real, name)}'`)
  for (const name of ["initdb", "postgres"]) launch(name, `'${join(servers, name)}'`)
  return bin
}
