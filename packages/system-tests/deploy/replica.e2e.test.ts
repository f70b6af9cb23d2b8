import { assert, describe, it } from "@effect/vitest"
import { scratchFolder } from "@lead-gateway/testkit"
import { Effect } from "effect"
import { type ChildProcess, spawn, spawnSync } from "node:child_process"
import { chownSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { ownPort } from "../faults/support/places.ts"
import { pathOf } from "../repository/repository.ts"
import { prefixFor } from "./support/containers.ts"
import { writeLaunchers } from "./support/postgresScripts.ts"

/** Postgres refuses root, and `initdb` a user without a name. */
const nobody = 65_534

/** A folder with two empty databases to be, and how to run programs in it. */
const makePlace = Effect.gen(function* () {
  const folder = yield* scratchFolder()
  const bin = yield* Effect.promise(() => writeLaunchers(folder))
  const home = join(folder, "home")
  mkdirSync(home)
  if (process.getuid?.() === 0) chownSync(home, nobody, nobody)
  const password = "of:replication 'quoted' and \\ more"
  writeFileSync(join(folder, "password"), password)
  const [primaryPort, replicaPort] = [yield* ownPort, yield* ownPort]
  const common = {
    PATH: `${bin}:/usr/bin:/bin`,
    HOME: home,
    PGHOST: home,
    POSTGRES_USER: "lead_gateway",
    POSTGRES_DB: "postgres",
    REPLICATION_PASSWORD_FILE: join(folder, "password"),
    REPLICATION_FROM: "127.0.0.1/32",
    PASSFILE: join(home, "passfile"),
  }
  const envOf = (port: number) => ({
    ...common,
    PGPORT: String(port),
    PGDATA: join(home, port === primaryPort ? "primary" : "replica"),
  })
  const command = (args: ReadonlyArray<string>): [string, ReadonlyArray<string>] => {
    const [program = "", ...rest] = [...prefixFor(nobody), ...args]
    return [program, rest]
  }
  const run = (port: number, ...args: ReadonlyArray<string>) => {
    const { status, stderr, stdout } = spawnSync(...command(args), {
      env: envOf(port),
      cwd: home,
      encoding: "utf8",
    })
    assert.strictEqual(status, 0, `${args.join(" ")}: ${stderr}`)
    return stdout.trim()
  }
  const start = (port: number, ...args: ReadonlyArray<string>) =>
    Effect.acquireRelease(
      Effect.sync(() => spawn(...command(args), { env: envOf(port), cwd: home, stdio: "ignore" })),
      stop,
    )
  const sql = (port: number, text: string) =>
    run(port, "psql", "-XAtq", "-U", "lead_gateway", "-d", "postgres", "-c", text)
  const until = (port: number, text: string, expected: string) =>
    Effect.gen(function* () {
      for (let attempt = 0; attempt < 300; attempt++) {
        const args = ["psql", "-XAtq", "-U", "lead_gateway", "-d", "postgres", "-c", text]
        const { stdout } = spawnSync(...command(args), { env: envOf(port), encoding: "utf8" })
        if (stdout.trim() === expected) return
        yield* Effect.sleep("100 millis")
      }
      assert.fail(`not in time: ${text} is ${expected}`)
    })
  return { folder, home, password, primaryPort, replicaPort, run, sql, start, until }
})

/** A fast shutdown. */
const stop = (server: ChildProcess): Effect.Effect<void> =>
  Effect.callback((resume) => {
    if (server.exitCode !== null || server.signalCode !== null) return resume(Effect.void)
    server.once("exit", () => resume(Effect.void))
    server.kill("SIGINT")
  })

describe("the scripts of docker/postgres", () => {
  it.live(
    "make a replica that follows, also after a restart, and have the password in a file that is no backup's",
    () =>
      Effect.gen(function* () {
        const { home, password, primaryPort, replicaPort, run, sql, start, until } = yield* makePlace
        run(
          primaryPort,
          "initdb",
          "--username=lead_gateway",
          "--auth-local=trust",
          "--auth-host=scram-sha-256",
        )
        const listen = (port: number) => ["-p", String(port), "-k", home, "-c", "listen_addresses=127.0.0.1"]
        yield* start(primaryPort, "postgres", ...listen(primaryPort))
        yield* until(primaryPort, "SELECT 1", "1")
        // As the first start runs it, and once more, as an operator may.
        for (const _ of [1, 2]) run(primaryPort, "sh", pathOf("docker/postgres/replication.sh"))
        const hba = readFileSync(join(home, "primary/pg_hba.conf"), "utf8")
        assert.lengthOf(
          hba.split("\n").filter((line) => line.startsWith("host replication replicator ")),
          1,
        )
        sql(primaryPort, "CREATE TABLE fact AS SELECT 1 AS id")

        // A copy that was interrupted is no database.
        mkdirSync(join(home, "replica.copy"))
        const script = ["sh", pathOf("docker/postgres/replica.sh"), "127.0.0.1", String(primaryPort)]
        const first = yield* start(replicaPort, ...script, ...listen(replicaPort))
        yield* until(replicaPort, "SELECT pg_is_in_recovery(), count(*) FROM fact", "t|1")
        sql(primaryPort, "INSERT INTO fact VALUES (2)")
        yield* until(replicaPort, "SELECT count(*) FROM fact", "2")
        assert.notInclude(readdirSync(home), "replica.copy")
        assert.notInclude(readFileSync(join(home, "replica/postgresql.auto.conf"), "utf8"), password)

        yield* stop(first)
        sql(primaryPort, "INSERT INTO fact VALUES (3)")
        yield* start(replicaPort, ...script, ...listen(replicaPort))
        yield* until(replicaPort, "SELECT pg_is_in_recovery(), count(*) FROM fact", "t|3")
        assert.strictEqual(
          sql(primaryPort, "SELECT slot_name, active FROM pg_replication_slots"),
          "replica|t",
        )
      }).pipe(Effect.scoped),
  )
})
