import { assert, describe, it } from "@effect/vitest"
import { TestProcess } from "@lead-gateway/testkit"
import { Effect } from "effect"
import { execFileSync } from "node:child_process"
import { rmSync } from "node:fs"
import { type AddressInfo, createServer, type Server } from "node:net"
import { join } from "node:path"
import { command, makeFolder, program, source, start } from "./support/apps.ts"

const commands = [
  "start",
  "api",
  "worker",
  "migrate",
  "ledger",
  "backup",
  "restore",
  "preview",
  "leads",
  "replay",
  "archive",
  "token",
  "doctor",
  "healthcheck",
  "smoke",
] as const
const subcommands = [
  "migrate up",
  "migrate down",
  "migrate status",
  "migrate create",
  "archive read",
  "token create",
  "token list",
  "token revoke",
] as const

/** Runs the command line in an empty folder. */
const type = (line: string, nodeFlags: ReadonlyArray<string> = []) =>
  Effect.gen(function* () {
    const folder = yield* makeFolder
    const [first = "", ...args] = line.split(" ")
    return yield* command(first as "preview", { folder, args, nodeFlags })
  })

describe.concurrent("lead-gateway", () => {
  it.live("lists every command by --help, each with a line, and says what its codes mean", () =>
    Effect.gen(function* () {
      const { exited, stderr, stdout } = yield* type("--help")
      assert.deepStrictEqual([exited.code, stderr], [0, []])
      for (const name of commands)
        assert.isTrue(
          stdout.some((line) => line.startsWith(`  ${name} `)),
          name,
        )
      assert.include(stdout.join("\n"), "130 when a command is interrupted")
    }),
  )

  it.live("shows examples in every command's help", () =>
    Effect.forEach(
      [...commands.filter((name) => name !== "migrate" && name !== "archive"), ...subcommands],
      (name) =>
        Effect.map(type(`${name} --help`), ({ exited, stdout }) => {
          assert.strictEqual(exited.code, 0, name)
          const examples = stdout.slice(stdout.indexOf("EXAMPLES"))
          assert.isTrue(
            examples.some((line) => line.includes(`lead-gateway ${name}`)),
            `${name}: ${stdout.join("\n")}`,
          )
        }),
      { concurrency: 2, discard: true },
    ),
  )

  it.live("prints its version", () =>
    Effect.gen(function* () {
      const { exited, stdout } = yield* type("--version")
      assert.strictEqual(exited.code, 0)
      assert.match(stdout.join(), /^lead-gateway v\d+\.\d+\.\d+$/)
    }),
  )

  it.live("refuses to take back no migration, and says how many it may be", () =>
    Effect.forEach(["--count 0", "--count -1", "--count=-1"], (flags) =>
      Effect.map(type(`migrate down ${flags}`), ({ exited, stderr, stdout }) => {
        assert.strictEqual(exited.code, 1, flags)
        const printed = [...stdout, ...stderr].join("\n")
        assert.match(printed, /--count.*found (0|-1), expected a whole number from 1/s, flags)
        assert.notInclude(printed, "nothing to do")
      }),
    ),
  )

  it.live("ends with code 1 and says what it does not know", () =>
    Effect.gen(function* () {
      for (const [line, expected] of [
        ["replya", "replay"],
        ["replay --reqest x", "--reqest"],
        ["leads --last none", "--last"],
        ["start --now", "--now"],
      ] as const) {
        const { exited, stderr, stdout } = yield* type(line)
        assert.strictEqual(exited.code, 1, line)
        assert.include([...stdout, ...stderr].join("\n"), expected)
      }
    }),
  )

  it.live("writes completions that a shell can read, with every command in them", () =>
    Effect.gen(function* () {
      const { exited, stdout } = yield* type("--completions bash")
      assert.strictEqual(exited.code, 0)
      const script = stdout.join("\n")
      for (const name of commands) assert.include(script, name)
      execFileSync("bash", ["-n"], { input: script })
    }),
  )

  it.live("loads no server to show its help, or a preview", () =>
    Effect.gen(function* () {
      const folder = yield* makeFolder
      const hook = `data:text/javascript,${encodeURIComponent(
        `import { registerHooks } from "node:module"
         registerHooks({ load(url, context, next) { process.stderr.write(url + "\\n"); return next(url, context) } })`,
      )}`
      const servers =
        /\/apps\/(api|worker)\/|\/apps\/cli\/src\/(gateway\/|doctor\/|Database)|\/runtime\/src\/index|\/(amqplib|ioredis|node-pg-migrate|pg|sql-pg|lead-store)\//
      for (const args of [["--help"], ["preview", "--summary", "lead.json"]]) {
        const { stderr } = yield* command(args[0] as "preview", {
          folder,
          args: args.slice(1),
          nodeFlags: ["--import", hook],
          from: source,
        })
        const loaded = stderr.filter((line) => /^(file|node):/.test(line))
        assert.isAbove(loaded.length, 50)
        assert.deepStrictEqual(
          loaded.filter((url) => servers.test(url)),
          [],
        )
      }
    }),
  )

  it.live("runs with the files that come with it where the folder has no configuration", () =>
    Effect.gen(function* () {
      const folder = yield* makeFolder
      for (const name of ["config", "migrations"]) rmSync(join(folder, name))
      const process = yield* start("gateway", { folder })
      const starting = JSON.parse(yield* process.waitForLine('"starting"')) as Record<string, string>
      assert.match(starting["LEAD_RULES_FILE"] ?? "", /^\/.*\/config\/lead_rules\.json$/)
      yield* process.waitForLine("gateway is ready")
    }),
  )

  it.live("ends with 130 when a command is interrupted", () =>
    Effect.gen(function* () {
      const folder = yield* makeFolder
      const asked = Promise.withResolvers<void>()
      const silent = yield* Effect.acquireRelease(
        Effect.callback<Server>((resume) => {
          const server = createServer(() => asked.resolve())
          server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
        }),
        (server) => Effect.sync(() => server.close()),
      )
      const { port } = silent.address() as AddressInfo
      const process = yield* TestProcess.spawn({
        program,
        args: ["ledger"],
        cwd: folder,
        env: { DATABASE_URL: `postgres://somebody@127.0.0.1:${port}/leads` },
      })
      yield* Effect.promise(() => asked.promise)
      yield* process.kill("SIGINT")
      assert.deepStrictEqual(yield* process.exited, { code: 130, signal: null })
      assert.deepStrictEqual(process.lines(), [])
    }),
  )
})
