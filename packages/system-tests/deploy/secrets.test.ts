import { assert, describe, it } from "@effect/vitest"
import {
  apiSettings,
  customerSettings,
  databaseSettings,
  queueSettings,
  readReplicaSettings,
  searchSettings,
  Settings,
  workerSettings,
} from "@lead-gateway/config"
import { scratchFolder } from "@lead-gateway/testkit"
import { Effect, Option, Redacted } from "effect"
import { spawnSync } from "node:child_process"
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { pathOf } from "../repository/repository.ts"
import { compose } from "./support/compose.ts"

const makeSecrets = (folder: string) => {
  const { status, stderr, stdout } = spawnSync("sh", [pathOf("docker/makeSecrets.sh"), folder], {
    encoding: "utf8",
  })
  assert.strictEqual(status, 0, stderr)
  return stdout
}

const given = { CUSTOMER_API_URL: "https://customer.example/leads" }
const { secrets = {}, services } = compose(
  [
    "docker/compose.production.yaml",
    "docker/compose.high-availability.yaml",
    "docker/compose.observability.yaml",
  ],
  given,
)

/** What a service of production has in its environment, with the files of a folder instead of those in a container. */
const environmentOf = (service: string, folder: string) =>
  Object.fromEntries(
    Object.entries(services[service]?.environment ?? {}).map(([name, value]) => [
      name,
      value.replace("/run/secrets", folder),
    ]),
  )

describe("makeSecrets.sh", () => {
  it.effect(
    "makes every secret that production needs, names those that are the operator's, and changes none",
    () =>
      Effect.gen(function* () {
        const folder = join(yield* scratchFolder(), "secrets")
        const printed = makeSecrets(folder)
        const missing = [...printed.matchAll(/^missing: .*\/(\w+)$/gm)].map(([, name = ""]) => name)
        assert.sameMembers(missing, ["customer_api_token", "tls_certificate", "tls_key"])
        const names = readdirSync(folder)
        assert.sameMembers([...names, ...missing], Object.keys(secrets))
        const texts = () => names.map((name) => readFileSync(join(folder, name), "utf8"))
        const [before] = [texts()]
        assert.strictEqual(new Set(before).size, names.length)
        makeSecrets(folder)
        assert.deepStrictEqual(texts(), before)
        // Others of this host cannot enter; users in containers, who get the file alone, can read it.
        assert.strictEqual(statSync(folder).mode & 0o777, 0o700)
        for (const name of names) assert.strictEqual(statSync(join(folder, name)).mode & 0o777, 0o444)
      }).pipe(Effect.scoped),
  )

  it.effect("and the environment of production are settings that api and worker accept", () =>
    Effect.gen(function* () {
      const folder = join(yield* scratchFolder(), "secrets")
      makeSecrets(folder)
      writeFileSync(join(folder, "customer_api_token"), "token")
      const common = { database: databaseSettings, queue: queueSettings, search: searchSettings }
      const load = <A>(settings: Settings.Settings<A>, service: string) =>
        Effect.map(
          Settings.load(settings, { env: environmentOf(service, folder), directory: folder }),
          ({ value }) => value,
        )
      const api = yield* load(
        Settings.all({ ...common, api: apiSettings, replica: readReplicaSettings }),
        "api",
      )
      const password = readFileSync(join(folder, "db_password"), "utf8")
      assert.include(Redacted.value(api.database.connection.url), password)
      assert.strictEqual(api.database.connection.target, "postgres:5432/lead_gateway")
      const replica = Option.getOrThrow(api.replica).connection
      assert.strictEqual(replica.target, "postgres-replica:5432/lead_gateway")
      assert.property(services, "postgres-replica")
      const { password: encoded } = new URL(Redacted.value(replica.url))
      assert.strictEqual(decodeURIComponent(encoded), password)
      const worker = yield* load(
        Settings.all({ ...common, customer: customerSettings, worker: workerSettings }),
        "worker",
      )
      assert.strictEqual(worker.customer.url.href, given.CUSTOMER_API_URL)
      assert.strictEqual(worker.queue.type, "redis")
      if (worker.queue.type === "redis") {
        assert.strictEqual(worker.queue.url.mode, "sentinel")
        const hosts = worker.queue.url.addresses.map(({ host }) => host)
        assert.deepStrictEqual(
          hosts.filter((host) => !(host in services)),
          [],
        )
      }
    }).pipe(Effect.scoped),
  )
})
