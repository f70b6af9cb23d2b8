import { assert, describe, expect, it } from "@effect/vitest"
import { basename, join } from "node:path"
import { files, read } from "../repository/repository.ts"
import { chartSchema } from "./support/chartSchema.ts"
import { valueSets } from "./support/chartValues.ts"
import { chart, lint, notes, refusal, render } from "./support/helm.ts"
import { invalidValues, knownKinds, unknownFields } from "./support/kubernetes.ts"

describe("the chart", () => {
  for (const [name, values] of Object.entries(valueSets)) {
    it(`makes objects that Kubernetes, KEDA and the operator of Prometheus know, with ${name}`, async () => {
      const objects = await render(values)
      assert.isAtLeast(objects.length, 5)
      assert.deepStrictEqual((await Promise.all(objects.map(invalidValues))).flat(), [])
      assert.strictEqual(await unknownFields(objects), "")
      const keys = objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`)
      assert.strictEqual(new Set(keys).size, keys.length)
    })
  }

  it("makes every kind that is checked, with one of these sets of values or another", async () => {
    const made = (await Promise.all(Object.values(valueSets).map((values) => render(values)))).flat()
    const kinds = new Set(made.map(({ kind }) => kind))
    assert.sameMembers([...kinds], knownKinds)
  })

  it("has nothing that Helm warns about", async () => {
    const said = await lint()
    assert.include(said, "0 chart(s) failed")
    assert.notInclude(said, "[WARNING]")
  })

  it("refuses the values that its schema does not permit, which knows the settings of the apps", async () => {
    await expect(`${JSON.stringify(chartSchema, null, 2)}\n`).toMatchFileSnapshot(
      join(chart, "values.schema.json"),
    )
  })

  // `npx vitest run --project '*/deploy' --update` copies them.
  it("has the rules of deploy/prometheus, which Helm cannot read from there", async () => {
    const rules = files("deploy/prometheus/rules/*.yml")
    for (const path of rules)
      await expect(read(path)).toMatchFileSnapshot(join(chart, "rules", basename(path)))
    const copies = files("deploy/helm/lead-gateway/rules/*.yml").map((path) => basename(path))
    assert.isNotEmpty(copies)
    if (rules.length > 0)
      assert.deepStrictEqual(
        copies,
        rules.map((path) => basename(path)),
      )
  })

  it("tells after the installation how to look at its health, and warns of an api that asks nobody", async () => {
    const said = await notes()
    assert.include(said, "service/leads-lead-gateway-api")
    assert.notInclude(said, "WARNING")
    assert.include(await notes({ api: { settings: { ENABLE_AUTH: "false" } } }), "asks nobody who they are")
  })
})

describe("the checks of these tests", () => {
  it("see a value of a wrong type, a field that is missing and one that does not exist", async () => {
    const [deployment] = (await render()).filter(({ kind }) => kind === "Deployment")
    if (deployment === undefined) throw new Error("no deployment")
    const damaged = {
      ...deployment,
      whole: { ...deployment.whole, spec: { replicas: "two", paused: false } },
    }
    const errors = await invalidValues(damaged)
    assert.isTrue(errors.some((error) => error.includes("/spec/replicas")))
    assert.isTrue(errors.some((error) => error.endsWith(": required")))
    const misspelt = {
      ...deployment,
      whole: { ...deployment.whole, spec: { ...(deployment.whole.spec as object), pased: false } },
    }
    assert.deepStrictEqual(await invalidValues(misspelt), [])
    assert.match(await unknownFields([misspelt]), /TS2\d+: .*pased/)
  })
})

describe("Helm", () => {
  const cases: ReadonlyArray<readonly [what: string, values: object, why: RegExp]> = [
    ["a setting that no app has", { settings: { LOG_LEVLE: "info" } }, /invalid propertyName 'LOG_LEVLE'/],
    [
      "a secret as a text",
      { api: { settings: { SHARED_SECRET: "x" } } },
      /invalid propertyName 'SHARED_SECRET'/,
    ],
    ["a setting that is no secret as one", { secrets: { LOG_LEVEL: { name: "a", key: "b" } } }, /LOG_LEVEL/],
    ["a port, which the chart sets", { settings: { API_PORT: "1" } }, /invalid propertyName 'API_PORT'/],
    ["a value that the chart does not have", { api: { replicaCount: 2 } }, /'replicaCount' not allowed/],
    [
      "two that decide on the number of workers",
      { worker: { autoscaling: { enabled: true }, keda: { enabled: true } } },
      /enable one of them/,
    ],
    [
      "a worker without a customer",
      { worker: { settings: { CUSTOMER_API_URL: "" } } },
      /CUSTOMER_API_URL is missing/,
    ],
    [
      "scrapes of an api that would refuse them",
      { api: { settings: { API_ALLOWED_HOSTS: "leads.example" } }, serviceMonitor: { enabled: true } },
      /API_ALLOWED_HOSTS refuses Prometheus/,
    ],
  ]
  for (const [what, values, why] of cases) {
    it(`refuses ${what}`, async () => {
      assert.match(await refusal(values), why)
    })
  }
})
