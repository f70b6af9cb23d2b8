import { assert, describe, it } from "@effect/vitest"
import {
  apiSettings,
  customerSettings,
  databaseSettings,
  fileSettings,
  loadSettings,
  loggingSettings,
  metricsSettings,
  processSettings,
  queueSettings,
  retentionSettings,
  Settings,
  variables,
  workerSettings,
} from "@lead-gateway/config"
import { Effect } from "effect"
import { tmpdir } from "node:os"
import { environmentOf, podOf } from "./support/chartPods.ts"
import { objectsOf, specs } from "./support/chartShapes.ts"
import { valueSets } from "./support/chartValues.ts"
import { render } from "./support/helm.ts"

const full = valueSets["all options, workers scaled by due leads from Prometheus"]
const everything = await render(full)
const plain = await render()
const apps = ["api", "worker"] as const

describe("settings", () => {
  const all = {
    database: databaseSettings,
    queue: queueSettings,
    files: fileSettings,
    log: loggingSettings,
    metrics: metricsSettings,
    process: processSettings,
  }
  const loads = <A>(settings: Settings.Settings<A>, env: Readonly<Record<string, string>>) =>
    Effect.runPromise(loadSettings(settings, { env, directory: tmpdir() }))

  it("of api and worker are accepted by them", async () => {
    for (const objects of [plain, everything]) {
      const api = await loads(
        Settings.all({ ...all, api: apiSettings }),
        environmentOf(podOf(objects, "api").container.env),
      )
      const worker = await loads(
        Settings.all({
          ...all,
          worker: workerSettings,
          customer: customerSettings,
          retention: retentionSettings,
        }),
        environmentOf(podOf(objects, "worker").container.env),
      )
      assert.isFalse(api.value.database.migrateOnStart)
      assert.isFalse(worker.value.database.migrateOnStart)
    }
  })

  it("are known, and secrets come from existing secrets alone", () => {
    for (const objects of [plain, everything]) {
      assert.notInclude(
        objects.map(({ kind }) => kind),
        "Secret",
      )
      for (const name of apps) {
        const { env } = podOf(objects, name).container
        const names = env.map((one) => one.name)
        assert.strictEqual(new Set(names).size, names.length)
        for (const { name: variable, valueFrom } of env) {
          const known = variables.find((one) => one.name === variable)
          assert.strictEqual(known?.secret, valueFrom !== undefined, variable)
        }
      }
    }
  })

  it("hand each process the secrets that it needs, and no others", () => {
    const secretsOf = (env: ReadonlyArray<{ readonly name: string; readonly valueFrom?: unknown }>) =>
      env.filter(({ valueFrom }) => valueFrom !== undefined).map(({ name }) => name)
    const [job] = objectsOf(plain, specs.job)
    assert.sameMembers(secretsOf(podOf(plain, "api").container.env), [
      "DATABASE_URL",
      "REDIS_URL",
      "OPERATOR_TOKENS",
      "SHARED_SECRET",
    ])
    // Of the api alone, where there is a replica.
    for (const name of apps) {
      const hasReplica = secretsOf(podOf(everything, name).container.env).includes("DATABASE_READ_URL")
      assert.strictEqual(hasReplica, name === "api")
    }
    assert.sameMembers(secretsOf(podOf(plain, "worker").container.env), [
      "DATABASE_URL",
      "REDIS_URL",
      "CUSTOMER_API_TOKEN",
    ])
    assert.sameMembers(secretsOf(job?.spec.template.spec.containers[0]?.env ?? []), ["DATABASE_URL"])
  })

  it("that are large numbers keep their digits", async () => {
    const objects = await render({ settings: { MAX_BODY_BYTES: 1_048_576 } })
    assert.strictEqual(environmentOf(podOf(objects, "api").container.env).MAX_BODY_BYTES, "1048576")
  })

  it("say how long a stop takes; the pod is killed no sooner", () => {
    for (const objects of [plain, everything]) {
      for (const name of apps) {
        const { container, pod, spec } = podOf(objects, name)
        const sleep = container.lifecycle?.preStop.sleep.seconds ?? 0
        const timeout = /^(\d+)s$/.exec(environmentOf(container.env).SHUTDOWN_TIMEOUT ?? "")?.[1]
        assert.strictEqual(sleep, name === "api" ? 5 : 0)
        assert.isAbove(pod.spec.terminationGracePeriodSeconds ?? 0, sleep + Number(timeout))
        assert.deepStrictEqual(spec.strategy.rollingUpdate, { maxUnavailable: 0, maxSurge: 1 })
      }
    }
  })

  it("name the documents that are mounted, and a change of a document restarts the pods", async () => {
    for (const name of apps) {
      const { container, pod } = podOf(everything, name)
      const env = environmentOf(container.env)
      const [map] = everything.filter(({ kind }) => kind === "ConfigMap")
      const files = Object.keys(map?.whole.data as object).map((file) => `/etc/lead-gateway/${file}`)
      assert.sameMembers([env.LEAD_RULES_FILE, env.ATTRIBUTE_MAPPING_FILE, env.RETRY_POLICY_FILE], files)
      const volume = pod.spec.volumes.find(({ configMap }) => configMap !== undefined)
      assert.strictEqual(volume?.configMap?.name, map?.metadata.name)
      assert.strictEqual(
        container.volumeMounts.find((mount) => mount.name === volume?.name)?.mountPath,
        "/etc/lead-gateway",
      )
      const changed = await render({ ...full, documents: { ...full.documents, rules: '{"rules":[1]}' } })
      const sum = "checksum/documents"
      assert.notStrictEqual(
        podOf(changed, name).pod.metadata.annotations?.[sum],
        pod.metadata.annotations?.[sum],
      )
    }
  })
})
