import { Effect } from "effect"
import { spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { brotliDecompressSync, gunzipSync } from "node:zlib"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { ownPort } from "../faults/support/places.ts"
import { npmInstall } from "./EmptyProject.ts"
import { nodeBinary } from "./nodeBinary.ts"
import { build, pack } from "./pack.ts"
import { nodeVersions, root } from "./workspace.ts"

let folder = ""
const binaries = new Map<string, string>()

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "lead-gateway-cli-"))
  const cli = { name: "@lead-gateway/cli", folder: join(root, "apps/cli") }
  await build([cli.name])
  const { path } = await pack(cli, folder)
  writeFileSync(join(folder, "package.json"), JSON.stringify({ private: true }))
  // Without the Postgres that `start` brings: 60 MB that no command here needs.
  await npmInstall(folder, "--omit=optional", path)
  for (const version of nodeVersions) binaries.set(version, await nodeBinary(version))
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Runs the installed command with one version of Node, and nothing else of the machine. */
const leadGateway = (
  version: string,
  args: ReadonlyArray<string>,
  { cwd = folder, env = {}, input = "" }: { cwd?: string; env?: Record<string, string>; input?: string } = {},
) => {
  const program = join(folder, "node_modules/.bin/lead-gateway")
  return spawnSync(binaries.get(version) ?? "", [program, ...args], { cwd, env, input, encoding: "utf8" })
}

/** Runs the installed api while something asks it. Its database is away, which its pages do not need. */
const withApi = async (version: string, ask: (url: string) => Promise<void>): Promise<void> => {
  const port = await Effect.runPromise(ownPort)
  const env = {
    DATABASE_URL: "postgres://somebody@127.0.0.1:1/leads",
    QUEUE_TYPE: "database",
    API_HOST: "127.0.0.1",
    API_PORT: String(port),
  }
  const program = join(folder, "node_modules/.bin/lead-gateway")
  const api = spawn(binaries.get(version) ?? "", [program, "api"], { cwd: folder, env, stdio: "ignore" })
  const ended = once(api, "exit")
  try {
    const url = `http://127.0.0.1:${port}`
    while ((await fetch(`${url}/livez`).catch(() => undefined))?.status !== 200) {
      assert.isNull(api.exitCode)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    await ask(url)
  } finally {
    api.kill("SIGTERM")
    await ended
  }
}

/** Ten errors: of the environment, of `.env`, of a secret's file and of configuration files. */
const tenMistakes = (): { readonly cwd: string; readonly env: Record<string, string> } => {
  const cwd = mkdtempSync(join(folder, "wrong-"))
  mkdirSync(join(cwd, "config"))
  writeFileSync(join(cwd, ".env"), "WORKER_CONCURRENCY=many\nRETRY_BACKOFF_BASE=soon\n")
  writeFileSync(join(cwd, "token"), "h\u00fcnter2")
  writeFileSync(join(cwd, "rules.json"), '{ "version": 1 ')
  return {
    cwd,
    env: {
      DATABASE_URL: "mysql://somebody:h\u00fcnter2@db/leads",
      API_PORT: "99999",
      LOG_LEVEL: "loud",
      CUSTOMER_API_TOKEN_FILE: "token",
      LEAD_RULES_FILE: "rules.json",
    },
  }
}

it("the packed command line has the program of /docs, compressed both ways, and nothing of its dependencies", () => {
  const installed = join(folder, "node_modules/@lead-gateway/cli/dist/reference/reference.js")
  const program = gunzipSync(readFileSync(`${installed}.gz`))
  assert.isTrue(program.equals(brotliDecompressSync(readFileSync(`${installed}.br`))))
  assert.include(program.toString("utf8", 0, 1000), "@scalar/api-reference")
  assert.notInclude(readFileSync(join(folder, "package-lock.json"), "utf8"), "@scalar")
})

it("the packed command line has the files of the console, and nothing of what builds them", () => {
  const dist = join(folder, "node_modules/@lead-gateway/cli/dist")
  assert.include(readdirSync(join(dist, "console")), "index.html")
  assert.notInclude(readFileSync(join(folder, "package-lock.json"), "utf8"), "esbuild")
  for (const name of readdirSync(dist).filter((name) => name.endsWith(".js"))) {
    assert.notInclude(readFileSync(join(dist, name), "utf8"), "esbuild", name)
  }
})

describe.each(nodeVersions)("the packed command line, installed alone, on Node %s", (version) => {
  it("shows its help", () => {
    const { status, stderr, stdout } = leadGateway(version, ["--help"])
    assert.deepStrictEqual([status, stderr], [0, ""])
    assert.include(stdout, "lead-gateway <subcommand>")
    assert.include(stdout, "doctor")
  })

  it("finds ten errors at once, and says what to do about each", () => {
    const { status, stderr, stdout } = leadGateway(version, ["doctor", "--json"], tenMistakes())
    assert.deepStrictEqual([status, stderr], [1, ""])
    const { findings } = JSON.parse(stdout) as {
      findings: ReadonlyArray<{ level: string; subject: string; where: string; advice: string }>
    }
    const wrong = findings.filter(({ level, subject }) => level === "wrong" && subject === "configuration")
    assert.sameMembers(
      wrong.map(({ where }) => where),
      [
        // Four values, and three files that their variables name and that are missing.
        ...Array<string>(7).fill("environment"),
        ".env",
        ".env",
        "rules.json",
      ],
    )
    assert.isTrue(wrong.every(({ advice }) => advice !== ""))
    assert.notInclude(stdout, "nter2")
  })

  it("finds nothing wrong in an empty folder, where the files that it brings hold", () => {
    const { status, stdout } = leadGateway(version, ["doctor"], { cwd: mkdtempSync(join(folder, "empty-")) })
    assert.strictEqual(status, 0, stdout)
    assert.include(stdout, "there is no database yet")
  })

  it("decides on a lead, by the files that it brings", () => {
    const input = JSON.stringify({ phone: "0171 2345678", zipcode: "66123", house: { is_owner: true } })
    const { stdout } = leadGateway(version, ["preview", "--summary"], { input })
    assert.strictEqual(stdout, "1 lead: 1 ready, 0 rejected, 0 parked\n")
  })

  it("serves the console, whose files browsers keep for ever", () =>
    withApi(version, async (url) => {
      const page = await fetch(`${url}/console`)
      assert.deepStrictEqual(
        [page.status, page.headers.get("content-type")],
        [200, "text/html; charset=utf-8"],
      )
      const [, path = ""] = /<script type="module" src="([^"]+)"/.exec(await page.text()) ?? []
      assert.match(path, /^\/console\/console-[A-Z0-9]{8}\.js$/)
      const script = await fetch(url + path, { headers: { "Accept-Encoding": "br" } })
      assert.strictEqual(script.headers.get("content-encoding"), "br")
      assert.strictEqual(script.headers.get("cache-control"), "public, max-age=31536000, immutable")
      const file = join(folder, "node_modules/@lead-gateway/cli/dist", path)
      assert.strictEqual(await script.text(), readFileSync(file, "utf8"))
    }))

  it("says in a line why it cannot reach a database, or serve", () => {
    const env = { DATABASE_URL: "postgres://somebody@127.0.0.1:1/leads" }
    for (const args of [["migrate", "status"], ["ledger"]]) {
      const { status, stderr } = leadGateway(version, args, { env })
      assert.deepStrictEqual([status, stderr.trim().split("\n").length], [1, 1], stderr)
      assert.include(stderr, "ECONNREFUSED")
    }
    for (const server of ["api", "worker"]) {
      const { status, stderr } = leadGateway(version, [server])
      assert.strictEqual(status, 1)
      assert.include(stderr, "REDIS_URL: is missing")
    }
  })
})
