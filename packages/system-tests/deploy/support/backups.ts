/** A Postgres server, the programs that back it up, and the command line, as an operator has them. */
import { debianPackages, type TestCustomer, TestDatabase, TestProcess } from "@lead-gateway/testkit"
import { commandLine } from "@lead-gateway/testkit/command-line"
import { Context, Effect, Layer, Redacted } from "effect"
import { PgClient } from "@effect/sql-pg"
import * as Reactivity from "effect/reactivity/Reactivity"
import { execFileSync } from "node:child_process"
import { chmodSync, mkdirSync, readdirSync, writeFileSync } from "node:fs"
import { delimiter, join } from "node:path"
import { makeOwnPostgres } from "../../faults/support/OwnPostgres.ts"
import { makeEmptyFolder, makeFolder, ownPort } from "../../faults/support/places.ts"

/** A lead that the shipped rules accept. */
export const validLead = {
  email: "customer@example.com",
  phone: "+49123456789",
  zipcode: "66123",
  house: { is_owner: true },
}

/** Writes a program that runs a shell line; returns its path. */
export const writeScript = (folder: string, name: string, line: string): string => {
  mkdirSync(folder, { recursive: true })
  const path = join(folder, name)
  writeFileSync(path, `#!/bin/sh\n${line}\n`)
  chmodSync(path, 0o755)
  return path
}

/** The folder of pg_dump: on PATH, else that of Debian's package, by scripts that name its libraries. */
const clientPrograms = Effect.fnUntraced(function* (folder: string) {
  try {
    const line = 'dirname "$(command -v pg_dump)"'
    return execFileSync("sh", ["-c", `pg_dump --version >/dev/null && ${line}`], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim()
  } catch {
    const { libraries, root } = yield* Effect.promise(() => debianPackages("postgresql-client"))
    const versions = join(root, "usr/lib/postgresql")
    const bin = join(versions, readdirSync(versions)[0] ?? "", "bin")
    const own = join(folder, "pg")
    for (const name of ["pg_dump", "pg_restore"]) {
      writeScript(own, name, `LD_LIBRARY_PATH='${libraries}' exec '${join(bin, name)}' "$@"`)
    }
    return own
  }
})

interface CommandOptions {
  readonly database: string
  readonly env?: Readonly<Record<string, string>>
}

const make = Effect.gen(function* () {
  const folder = yield* makeEmptyFolder
  const pgBin = yield* clientPrograms(folder)
  const printed = execFileSync(join(pgBin, "pg_dump"), ["--version"], { encoding: "utf8" })
  const client = Number(/\d+/.exec(printed)?.[0])
  // pg_dump must not be older than the server; servers of these versions are there.
  const { url: serverUrl } = yield* makeOwnPostgres({}, client >= 18 ? undefined : client >= 15 ? 15 : 14)
  const { root } = yield* Effect.promise(() => debianPackages("age"))
  const path = [join(root, "usr/bin"), pgBin, process.env.PATH].join(delimiter)

  /** A new, empty database. */
  const database = Effect.map(TestDatabase.make({ serverUrl }), ({ name, url }) => ({ name, url }))
  /** Starts a command. */
  const spawn = (line: ReadonlyArray<string>, options: CommandOptions) =>
    TestProcess.spawn({
      program: commandLine,
      args: line,
      cwd: folder,
      env: { PATH: path, DATABASE_URL: options.database, ...options.env },
    })
  /** Runs a command to its end. */
  const run = Effect.fnUntraced(function* (line: ReadonlyArray<string>, options: CommandOptions) {
    const process = yield* spawn(line, options)
    const { code } = yield* process.exited
    return { code, stdout: process.stdout().join("\n"), stderr: process.stderr().join("\n") }
  })
  const template = {
    key: "migrated for backups",
    migrate: (url: string) => Effect.scoped(run(["migrate", "up"], { database: url })),
  }
  /** A new database with the schema. */
  const migrated = TestDatabase.make({ serverUrl, template }).pipe(Effect.map(({ url }) => ({ url })))
  return { age: join(root, "usr/bin"), database, migrated, path, pgBin, run, serverUrl, spawn }
})

/** The server and the programs, for the tests of one file. */
export class Backups extends Context.Service<Backups, Effect.Success<typeof make>>()("Backups") {
  static readonly layer = Layer.effect(Backups, make)
}

/** A key pair of age: the public key, and the file of the secret one. */
export const ageKey = Effect.fnUntraced(function* (age: string) {
  const file = join(yield* makeEmptyFolder, "key.txt")
  execFileSync(join(age, "age-keygen"), ["-o", file], { stdio: "ignore" })
  const recipient = execFileSync(join(age, "age-keygen"), ["-y", file], { encoding: "utf8" }).trim()
  return { file, recipient }
})

/** The rows of a statement. */
export const rows = <Row extends object>(url: string, statement: string) =>
  Effect.scoped(
    Effect.flatMap(PgClient.makeClient({ url: Redacted.make(url) }), (sql) => sql.unsafe<Row>(statement)),
  ).pipe(Effect.provide(Reactivity.layer), Effect.orDie)

/** How many objects a database has that are not Postgres' own. */
export const objectsIn = (url: string) =>
  Effect.map(
    rows<{ count: number }>(
      url,
      "SELECT count(*)::int AS count FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = relnamespace WHERE nspname = 'public'",
    ),
    ([row]) => row?.count,
  )

/** Api and worker in one process, on a database, delivering to a customer. */
export const startGateway = Effect.fnUntraced(function* (
  database: string,
  customer: TestCustomer,
  env: Readonly<Record<string, string>> = {},
) {
  const [folder, port] = yield* Effect.all([makeFolder, ownPort])
  const gateway = yield* TestProcess.spawn({
    program: commandLine,
    args: ["start"],
    cwd: folder,
    env: {
      API_PORT: String(port),
      WORKER_PORT: "0",
      DATABASE_URL: database,
      CUSTOMER_API_URL: customer.url,
      CUSTOMER_API_TOKEN: "customer-token",
      // Leases of a gateway that is killed end soon.
      CUSTOMER_API_TIMEOUT: "1s",
      RETRY_BACKOFF_BASE: "100ms",
      RETRY_SCAN_INTERVAL: "500ms",
      STATS_CACHE_TTL: "0s",
      ...env,
    },
  })
  const url = `http://127.0.0.1:${port}`
  yield* gateway.waitForHttp(`${url}/readyz`, 200, { within: "90 seconds" })
  const ask = (path: string, init?: RequestInit) =>
    Effect.promise(async () => {
      const response = await fetch(url + path, { signal: AbortSignal.timeout(10_000), ...init })
      return { status: response.status, json: (await response.json()) as Readonly<Record<string, unknown>> }
    })
  /** Posts a lead and returns its id; fails when it is not acknowledged. */
  const post = (lead: object) =>
    Effect.map(
      ask("/webhooks/leads", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(lead),
      }),
      ({ json, status }) => (status === 200 ? Number(json["lead_id"]) : undefined),
    )
  return { ask, post, process: gateway, url }
})
