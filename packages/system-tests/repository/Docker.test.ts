import { assert, describe, it } from "@effect/vitest"
import { variables } from "@lead-gateway/config"
import { Schema } from "effect"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { createServer } from "node:http"
import { parseEnv } from "node:util"
import { exists, files, pathOf, read, readManifest, readYaml } from "./repository.ts"

const Service = Schema.Struct({
  image: Schema.optionalKey(Schema.String),
  build: Schema.optionalKey(
    Schema.Struct({ context: Schema.String, dockerfile: Schema.String, target: Schema.String }),
  ),
  env_file: Schema.optionalKey(
    Schema.Array(Schema.Struct({ path: Schema.String, required: Schema.optionalKey(Schema.Boolean) })),
  ),
  environment: Schema.optionalKey(Schema.Record(Schema.String, Schema.String)),
  healthcheck: Schema.optionalKey(Schema.Struct({ test: Schema.Array(Schema.String) })),
  depends_on: Schema.optionalKey(
    Schema.Record(
      Schema.String,
      Schema.Struct({ condition: Schema.Literals(["service_healthy", "service_started"]) }),
    ),
  ),
})
const Compose = Schema.Struct({ services: Schema.Record(Schema.String, Service) })

const { services } = readYaml("docker/compose.yaml", Compose)
const apps = Object.entries(services).filter(([, { build }]) => build !== undefined)

const instructions = read("docker/Dockerfile").split("\n")
const after = (keyword: string) =>
  instructions.flatMap((line) => (line.startsWith(`${keyword} `) ? [line.slice(keyword.length + 1)] : []))
/** The instructions of one stage. */
const stage = (name: string) => {
  const start = instructions.findIndex((line) => line.endsWith(` AS ${name}`))
  const length = instructions.slice(start + 1).findIndex((line) => line.startsWith("FROM "))
  return start < 0 ? [] : instructions.slice(start, length < 0 ? undefined : start + 1 + length)
}
const starting = (lines: ReadonlyArray<string>, keyword: string) =>
  lines.filter((line) => line.startsWith(`${keyword} `)).length

describe("compose.yaml", () => {
  it("runs Postgres, Redis, the api and the worker, and starts the apps once Postgres is healthy", () => {
    assert.sameMembers(Object.keys(services), ["postgres", "redis", "api", "worker"])
    for (const name of ["postgres", "redis"]) assert.isNotEmpty(services[name]?.healthcheck?.test, name)
    for (const [name, { depends_on }] of apps) {
      assert.deepPropertyVal(depends_on, "postgres", { condition: "service_healthy" }, name)
    }
  })

  it("lists the api's hosts, whose port is published on loopback, and lets .env list others", () => {
    assert.deepStrictEqual(
      services.api?.env_file?.map(({ path }) => path),
      ["compose.env", "../.env"],
    )
    const defaults = parseEnv(read("docker/compose.env"))
    assert.deepStrictEqual(defaults, { API_ALLOWED_HOSTS: "api" })
    assert.notProperty(services.api?.environment, "API_ALLOWED_HOSTS")
  })

  it("builds each app from a stage that says how healthy it is, not as root", () => {
    assert.isNotEmpty(stage("runtime").filter((line) => line === "USER node"))
    for (const [name, { build }] of apps) {
      assert.deepStrictEqual(build, { context: "..", dockerfile: "docker/Dockerfile", target: name })
      assert.strictEqual(stage(name)[0], `FROM runtime AS ${name}`)
      assert.strictEqual(starting(stage(name), "HEALTHCHECK"), 1, name)
      assert.strictEqual(starting(stage(name), "USER"), 0, name)
      assert.match(
        stage(name).find((line) => line.startsWith("CMD ")) ?? "",
        new RegExp(`"dist/main.js", "${name}"\\]$`),
      )
    }
  })

  it("sets only variables that the apps read", () => {
    const known = variables.map(({ name }) => name)
    const set = apps.flatMap(([, { environment }]) => Object.keys(environment ?? {}))
    assert.deepStrictEqual(
      set.filter((name) => !known.includes(name)),
      [],
    )
    assert.include(set, "CUSTOMER_API_URL")
  })
})

describe("the images", () => {
  it("of others are named by version and by digest, so that they are the same ones tomorrow", () => {
    const stages = after("FROM").map((from) => from.split(" AS ")[1])
    const bases = after("FROM").map((from) => from.split(" ")[0] ?? "")
    const others = [
      ...bases.filter((base) => !stages.includes(base)),
      ...Object.values(services).flatMap(({ image }) => image ?? []),
    ]
    assert.lengthOf(others, 3)
    for (const image of others)
      assert.match(image, /^[a-z]+:\d+\.\d+(\.\d+)?-bookworm(-slim)?@sha256:[0-9a-f]{64}$/)
  })
})

describe("the Dockerfile", () => {
  it("starts from the Node and the pnpm of this repository", () => {
    const { node, pnpm } = readManifest(read("package.json")).optionalDependencies ?? {}
    const bases = after("FROM").filter((base) => base.startsWith("node:"))
    assert.deepStrictEqual([...new Set(bases.map((base) => base.split("-")[0]))], [`node:${node}`])
    assert.include(after("RUN"), `npm install --global pnpm@${pnpm}`)
  })

  it("installs, builds and deploys packages that exist", () => {
    const names = files("apps/*/package.json").map((path) => readManifest(read(path)).name)
    const filters = after("RUN").flatMap((command) => command.match(/(?<=--filter=)\S+/g) ?? [])
    assert.isAtLeast(filters.length, 2)
    assert.deepStrictEqual(
      filters.filter((name) => !names.includes(name)),
      [],
    )
    assert.include(after("RUN"), "pnpm install --frozen-lockfile")
    assert.include(after("RUN"), "pnpm --filter=@lead-gateway/cli deploy --prod --no-optional /out")
    assert.include(stage("runtime"), "COPY --from=build /out .")
  })

  it("puts the command line into every image, where operators find it", () => {
    assert.include(stage("runtime"), "RUN ln -s /app/dist/main.js /usr/local/bin/lead-gateway")
    assert.strictEqual(readManifest(read("apps/cli/package.json")).bin?.["lead-gateway"], "./dist/main.js")
  })

  it("copies files that exist", () => {
    const copied = after("COPY")
      .filter((copy) => !copy.startsWith("--from"))
      .map((copy) => copy.split(" ")[0] ?? "")
    assert.include(copied, "config")
    assert.deepStrictEqual(
      copied.filter((path) => !exists(path)),
      [],
    )
  })
})

describe("the health check", () => {
  /** Its exit code when the app's `/readyz` answers this status. */
  const codeWhen = async (status: number): Promise<unknown> => {
    const app = createServer((request, response) => {
      response.writeHead(request.url === "/readyz" ? status : 404).end()
    }).listen(0, "127.0.0.1")
    await once(app, "listening")
    const address = app.address()
    const port = typeof address === "object" ? address?.port : undefined
    const env = { ...process.env, APP_PORT: String(port) }
    const check = spawn(process.execPath, [pathOf("docker/ready.ts"), "APP_PORT", "1"], {
      env,
      stdio: "ignore",
    })
    const [code] = (await once(check, "close")) as ReadonlyArray<unknown>
    app.close()
    return code
  }

  it("is content with a ready app alone", async () => {
    assert.deepStrictEqual(await Promise.all([200, 503].map(codeWhen)), [0, 1])
  })
})
