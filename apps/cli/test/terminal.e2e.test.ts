import { assert, layer } from "@effect/vitest"
import { TestDatabase } from "@lead-gateway/testkit"
import { Context, Effect, Layer } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { execFile } from "node:child_process"
import { writeFileSync } from "node:fs"
import { request } from "node:http"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import { compileCache, makeFolder, program, startGateway } from "./support/apps.ts"
import { assertSeen, assertSeenOnTerminal, everything, hostile } from "./support/hostile.ts"
import { receive } from "./support/http.ts"
import { validLead } from "./support/leads.ts"

/** A name for a file: whatever may be in one. */
const fileName = everything.replaceAll("/", "")

/** A lead whose keys and values are hostile; its last value gets into the mapping's report. */
const lead = {
  ...validLead,
  ...hostile,
  ...Object.fromEntries(Object.values(hostile).map((text) => [text, text])),
  email: everything,
  solar_offer_type: everything,
}

interface World {
  readonly folder: string
  readonly url: string
  readonly env: Readonly<Record<string, string>>
  /** What the gateway has printed so far. */
  readonly log: () => string
}
const World = Context.Service<World>("World")

/** A gateway that has received a hostile lead, on a database that a newer release with a hostile name has migrated. */
const world = Effect.gen(function* () {
  const folder = yield* makeFolder
  const database = yield* TestDatabase.make()
  const env = { DATABASE_URL: database.url, LOG_FORMAT: "text" }
  const { process, url } = yield* startGateway({ folder, env })
  const id = yield* receive(url, lead)
  yield* process.waitForLine(new RegExp(`lead_id=${id}\\b.*attempt|demo customer accepted`))
  yield* Effect.gen(function* () {
    const sql = yield* SqlClient
    yield* sql`insert into schema_migration (name, run_on) values (${everything}, now())`
  }).pipe(Effect.provide(database.client))
  writeFileSync(join(folder, fileName), JSON.stringify([lead, "no lead"]))
  writeFileSync(join(folder, `${fileName}.json`), JSON.stringify(lead))
  writeFileSync(join(folder, "archived.ndjson.gz"), gzipSync(`${JSON.stringify({ id: 1, lead })}\n`))
  return World.of({ folder, url, env, log: () => process.lines().join("\n") })
})

interface Typed {
  readonly args: ReadonlyArray<string>
  readonly env?: Readonly<Record<string, string>>
}

/** Types a command, and returns the bytes that it prints as text: a reader by lines would lose some of them. */
const type = ({ folder, env: common }: World, { args, env }: Typed) =>
  Effect.promise(
    () =>
      new Promise<{ readonly stdout: string; readonly stderr: string }>((resolve) => {
        const options = {
          cwd: folder,
          env: {
            PATH: process.env["PATH"],
            HOME: process.env["HOME"],
            NODE_COMPILE_CACHE: compileCache,
            ...common,
            ...env,
          },
          maxBuffer: 1e8,
        }
        const flags = ["--conditions=@lead-gateway/source", program]
        const child = execFile(process.execPath, [...flags, ...args], options, (_error, stdout, stderr) =>
          resolve({ stdout, stderr }),
        )
        child.stdin?.end()
      }),
  )

/** Every command, with a hostile text wherever it prints one; `quotes` for a text that must be in its output. */
const commands: ReadonlyArray<Typed & { readonly quotes?: string }> = [
  { args: [everything] },
  { args: [`--${everything}`] },
  { args: ["leads"], quotes: String.raw`\u202egnp.exe` },
  { args: ["leads", `--${everything}`], quotes: String.raw`\u000aFAKE` },
  { args: ["preview", `${fileName}.json`], quotes: String.raw`\u202egnp.exe` },
  { args: ["preview", "--json", `${fileName}.json`], quotes: String.raw`\u202egnp.exe` },
  { args: ["preview", "--hide-values", `${fileName}.json`], quotes: String.raw`\u202egnp.exe` },
  { args: ["preview", "--summary", `${fileName}.json`], quotes: "unknown answers to solar_offer_type" },
  { args: ["preview", fileName], quotes: "not a JSON object" },
  { args: ["preview", `${fileName}/missing`], quotes: String.raw`\u000aFAKE` },
  { args: ["preview", "--rules", `${fileName}/missing`, `${fileName}.json`], quotes: String.raw`\u000aFAKE` },
  { args: ["archive", "read", "archived.ndjson.gz"], quotes: String.raw`\u202egnp.exe` },
  { args: ["archive", "read", fileName], quotes: String.raw`\u000aFAKE` },
  { args: ["ledger"] },
  { args: ["ledger"], env: { DATABASE_URL: "", DATA_DIR: fileName }, quotes: String.raw`\u000aFAKE` },
  { args: ["replay", "--request", everything, "--id", "1"], quotes: "--request" },
  { args: ["replay", "--request", "one", "--reason", everything], quotes: "--reason" },
  { args: ["migrate", "status"], quotes: String.raw`\u202egnp.exe` },
  { args: ["migrate", "status", "--json"], quotes: String.raw`\u202egnp.exe` },
  { args: ["migrate", "down"] },
  { args: ["doctor"], quotes: String.raw`\u202egnp.exe` },
  { args: ["doctor", "--json"], quotes: String.raw`\u202egnp.exe` },
  {
    args: ["doctor"],
    env: { DATABASE_URL: "", DATA_DIR: fileName, ARCHIVE_DIR: fileName, CUSTOMER_API_TOKEN_FILE: fileName },
    quotes: String.raw`\u000aFAKE`,
  },
  {
    args: ["doctor"],
    env: { API_PORT: everything, ATTRIBUTE_MAPPING_FILE: fileName, CUSTOMER_API_URL: everything },
  },
  { args: ["start"], env: { API_PORT: everything, RETRY_POLICY_FILE: fileName }, quotes: "API_PORT" },
  {
    args: ["start"],
    env: { DATABASE_URL: "", DATA_DIR: `${fileName}.json/below`, API_PORT: "0" },
    quotes: String.raw`\u000aFAKE`,
  },
  { args: ["api"], env: { REDIS_URL: everything }, quotes: "REDIS_URL" },
  {
    args: ["worker"],
    env: { CUSTOMER_API_URL: everything, QUEUE_TYPE: "database" },
    quotes: "CUSTOMER_API_URL",
  },
]

layer(Layer.effect(World, world), { excludeTestServices: true })("a terminal", (it) => {
  it.effect("is steered by no command, whatever a lead, a file name or a setting holds", () =>
    Effect.gen(function* () {
      const here = yield* World
      yield* Effect.forEach(
        commands,
        Effect.fnUntraced(function* (typed) {
          const { stderr, stdout } = yield* type(here, typed)
          const name = `${typed.args.map((arg) => JSON.stringify(arg).slice(0, 30)).join(" ")} ${Object.keys(typed.env ?? {}).join(" ")}`
          assertSeen(stdout, name)
          assertSeen(stderr, name)
          assert.include(stdout + stderr, typed.quotes ?? "", name)
        }),
        { concurrency: 3, discard: true },
      )
    }),
  )

  it.effect("gets the same JSON as was received, from every command that prints JSON", () =>
    Effect.gen(function* () {
      const here = yield* World
      const leads = yield* type(here, { args: ["leads"] })
      assert.deepStrictEqual<unknown>(JSON.parse(leads.stdout), lead)
      const archived = yield* type(here, { args: ["archive", "read", "archived.ndjson.gz"] })
      assert.deepStrictEqual<unknown>(JSON.parse(archived.stdout), { id: 1, lead })
      const preview = yield* type(here, { args: ["preview", "--json", `${fileName}.json`] })
      assert.propertyVal(JSON.parse(preview.stdout), "lead", `${fileName}.json`)
    }),
  )

  it.effect("shows no more of a lead in the log of the processes", () =>
    Effect.gen(function* () {
      const { log, url } = yield* World
      // What HTTP allows in a header: all but C0.
      const headers = {
        "X-Correlation-ID": "\u009b2J",
        "User-Agent": "\u009d0;x\u009c",
        traceparent: "\u009b8m",
      }
      const status = yield* Effect.promise(
        () =>
          new Promise<number | undefined>((resolve, reject) => {
            const sent = request(`${url}/webhooks/leads`, { method: "POST", headers }, (response) => {
              response.resume().on("end", () => resolve(response.statusCode))
            })
            sent.on("error", reject).end(JSON.stringify(lead))
          }),
      )
      assert.strictEqual(status, 200)
      assertSeen(log(), "the log")
      assert.include(log(), "demo customer accepted a lead")
    }),
  )

  it.effect("gets this program's own colours, and nothing else that it acts on", () =>
    Effect.gen(function* () {
      const here = yield* World
      const flags = `${process.execPath} --conditions=@lead-gateway/source ${program}`
      for (const line of [`preview "$NAME.json"`, "leads", "doctor", `leads "--$NAME"`, "migrate status"]) {
        const typed = yield* Effect.promise(
          () =>
            new Promise<string>((resolve) => {
              execFile(
                "script",
                process.platform === "darwin"
                  ? ["-q", "/dev/null", "sh", "-c", `${flags} ${line}`]
                  : ["--quiet", "--return", "--command", `${flags} ${line}`, "/dev/null"],
                {
                  cwd: here.folder,
                  env: {
                    PATH: process.env["PATH"],
                    TERM: "xterm",
                    NODE_COMPILE_CACHE: compileCache,
                    NAME: fileName,
                    ...here.env,
                  },
                  maxBuffer: 1e8,
                },
                (_error, stdout) => resolve(stdout),
              ).stdin?.end()
            }),
        )
        // The pseudo-terminal itself echoes the end of its input, as `^D` and two backspaces.
        assertSeenOnTerminal(typed.replaceAll("^D\b\b", ""), line)
        if (line !== "leads" && line !== "migrate status") assert.include(typed, "\u001b[", line)
      }
    }),
  )
})
