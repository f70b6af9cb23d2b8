import { assert, describe, it } from "@effect/vitest"
import { routes } from "@lead-gateway/api-contract"
import { read } from "../repository/repository.ts"
import { environmentOf, podOf } from "./support/chartPods.ts"
import { component, objectsOf, selects, specs } from "./support/chartShapes.ts"
import { valueSets } from "./support/chartValues.ts"
import { render } from "./support/helm.ts"

const full = valueSets["all options, workers scaled by due leads from Prometheus"]
const everything = await render(full)
const plain = await render()
const apps = ["api", "worker"] as const

describe("labels and names", () => {
  it("of selectors are those of the pods of their component, and of no other", () => {
    const pods = apps.map((name) => podOf(everything, name).pod.metadata.labels)
    const selectors = [
      ...objectsOf(everything, specs.service).map(({ labels, spec }) => [labels, spec.selector] as const),
      ...objectsOf(everything, specs.budget).map(
        ({ labels, spec }) => [labels, spec.selector.matchLabels] as const,
      ),
      ...objectsOf(everything, specs.deployment).map(
        ({ labels, spec }) => [labels, spec.selector.matchLabels] as const,
      ),
      ...objectsOf(everything, specs.policy).map(
        ({ labels, spec }) => [labels, spec.podSelector.matchLabels] as const,
      ),
    ].filter(([labels]) => labels["app.kubernetes.io/component"] !== "migrate")
    assert.lengthOf(selectors, 8)
    for (const [labels, selector] of selectors) {
      const selected = pods.filter((pod) => selects(selector, pod))
      assert.deepStrictEqual(
        selected.map((pod) => pod["app.kubernetes.io/component"]),
        [labels["app.kubernetes.io/component"]],
      )
      // Versions change, and selectors cannot.
      assert.notProperty(selector, "app.kubernetes.io/version")
      assert.notProperty(selector, "helm.sh/chart")
    }
  })

  it("of pods spread over machines are their own", () => {
    for (const name of apps) {
      const { pod } = podOf(plain, name)
      assert.lengthOf(pod.spec.topologySpreadConstraints ?? [], 2)
      for (const { labelSelector } of pod.spec.topologySpreadConstraints ?? []) {
        assert.isTrue(selects(labelSelector.matchLabels, pod.metadata.labels), name)
      }
    }
  })

  it("of ports exist where they are used", () => {
    for (const name of apps) {
      const { container } = podOf(everything, name)
      const ports = container.ports?.map((port) => port.name) ?? []
      const service = component(objectsOf(everything, specs.service), name)
      const monitor = component(objectsOf(everything, specs.monitor), name)
      const { startupProbe, livenessProbe, readinessProbe } = container
      for (const probe of [startupProbe, livenessProbe, readinessProbe])
        assert.include(ports, probe?.httpGet.port)
      for (const { targetPort } of service.spec.ports) assert.include(ports, targetPort)
      const ofService = service.spec.ports.map((port) => port.name)
      for (const { port } of monitor.spec.endpoints) assert.include(ofService, port)
      assert.isTrue(selects(monitor.spec.selector.matchLabels, service.labels), name)
      const policy = component(objectsOf(everything, specs.policy), name)
      for (const { ports: allowed } of policy.spec.ingress) {
        assert.deepStrictEqual(
          allowed.map(({ port }) => port),
          ports,
        )
      }
    }
  })

  it("of what a scaler scales exist, and the deployment leaves the number to it", async () => {
    const scaled = await render(valueSets["api and workers scaled by CPU"])
    const targets = [
      ...objectsOf(scaled, specs.scaler).map(({ spec }) => [scaled, spec.scaleTargetRef.name] as const),
      ...objectsOf(everything, specs.scaler).map(
        ({ spec }) => [everything, spec.scaleTargetRef.name] as const,
      ),
      ...objectsOf(everything, specs.scaledObject).map(
        ({ spec }) => [everything, spec.scaleTargetRef.name] as const,
      ),
    ]
    assert.lengthOf(targets, 4)
    for (const [objects, name] of targets) {
      const target = objectsOf(objects, specs.deployment).find((one) => one.name === name)
      assert.notProperty(target?.spec, "replicas")
    }
    for (const name of apps) assert.strictEqual(podOf(plain, name).spec.replicas, 2)
  })

  it("of jobs in Prometheus are api and worker, as rules and dashboards expect", () => {
    for (const name of apps) {
      const { jobLabel } = component(objectsOf(everything, specs.monitor), name).spec
      assert.strictEqual(component(objectsOf(everything, specs.service), name).labels[jobLabel], name)
    }
  })
})

describe("probes and paths", () => {
  const ofApi = routes.map(({ path }) => path as string)
  const ofWorker = [...read("apps/worker/src/OperationsServer.ts").matchAll(/route\("GET", "([^"]+)"/g)].map(
    ([, path]) => path,
  )

  it("are routes of the apps", () => {
    for (const [name, known] of [
      ["api", ofApi],
      ["worker", ofWorker],
    ] as const) {
      const { startupProbe, livenessProbe, readinessProbe } = podOf(plain, name).container
      assert.strictEqual(startupProbe?.httpGet.path, "/livez")
      assert.strictEqual(livenessProbe?.httpGet.path, "/livez")
      assert.strictEqual(readinessProbe?.httpGet.path, "/readyz")
      const monitored = component(objectsOf(everything, specs.monitor), name).spec.endpoints.map(
        ({ path }) => path,
      )
      for (const path of ["/livez", "/readyz", ...monitored]) assert.include(known, path, name)
    }
  })
})

describe("pods", () => {
  it("have no rights, no token, no root, and nothing to write to but a temporary folder", () => {
    const templates = [
      ...apps.map((name) => podOf(plain, name).pod),
      ...objectsOf(plain, specs.job).map(({ spec }) => spec.template),
    ]
    assert.lengthOf(templates, 3)
    for (const { spec } of templates) {
      assert.isFalse(spec.automountServiceAccountToken)
      // A service named api would set API_PORT.
      assert.isFalse(spec.enableServiceLinks)
      assert.deepStrictEqual(spec.securityContext, {
        runAsNonRoot: true,
        runAsUser: 1000,
        seccompProfile: { type: "RuntimeDefault" },
      })
      for (const { resources, securityContext, volumeMounts } of spec.containers) {
        assert.deepStrictEqual(securityContext, {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ["ALL"] },
        })
        assert.deepStrictEqual(
          volumeMounts.map(({ mountPath }) => mountPath),
          ["/tmp"],
        )
        assert.hasAllKeys(resources.requests, ["cpu", "memory"])
        assert.hasAllKeys(resources.limits, ["memory"])
      }
    }
  })

  it("run images of the release, by digest where there is one", () => {
    assert.strictEqual(
      podOf(everything, "api").container.image,
      `ghcr.io/example/lead-gateway-api:1.2.3@sha256:${"a".repeat(64)}`,
    )
    assert.strictEqual(
      podOf(everything, "worker").container.image,
      "ghcr.io/example/lead-gateway-worker:1.2.3",
    )
    const stages = [...read("docker/Dockerfile").matchAll(/ AS (\S+)$/gm)].map(([, stage]) => stage)
    for (const name of apps) {
      assert.include(podOf(plain, name).container.image, `/lead-gateway-${name}:`)
      assert.include(stages, name)
    }
  })
})

describe("migrations", () => {
  it("run before a release, behind a policy of their own, and need nothing that is not there yet", () => {
    const [job] = objectsOf(plain, specs.job)
    const policy = component(objectsOf(plain, specs.policy), "migrate")
    const weight = ({ annotations }: { readonly annotations?: Readonly<Record<string, string>> }) =>
      Number(annotations?.["helm.sh/hook-weight"])
    for (const hook of [job, policy])
      assert.strictEqual(hook?.annotations?.["helm.sh/hook"], "pre-install,pre-upgrade")
    assert.isBelow(weight(policy), weight(job ?? {}))
    assert.isTrue(selects(policy.spec.podSelector.matchLabels, job?.spec.template.metadata.labels ?? {}))
    assert.notProperty(job?.spec.template.spec, "serviceAccountName")
    assert.isFalse(job?.spec.template.spec.volumes.some(({ configMap }) => configMap !== undefined))
    assert.deepStrictEqual(job?.spec.template.spec.containers[0]?.command, ["lead-gateway", "migrate", "up"])
    assert.include(read("docker/Dockerfile"), "/usr/local/bin/lead-gateway")
  })

  it("are run by the processes themselves when there is no job", async () => {
    const objects = await render(valueSets["as little as possible"])
    assert.isEmpty(objectsOf(objects, specs.job))
    for (const name of apps)
      assert.strictEqual(environmentOf(podOf(objects, name).container.env).MIGRATE_ON_START, "true")
  })
})

describe("network policies", () => {
  const portsTo = (objects: typeof plain, name: string) =>
    component(objectsOf(objects, specs.policy), name).spec.egress.flatMap(({ ports }) =>
      ports.map(({ port }) => port),
    )

  it("let each pod reach what it needs, and nothing else", () => {
    assert.deepStrictEqual(portsTo(plain, "api"), [53, 53, 5432, 6379])
    assert.deepStrictEqual(portsTo(plain, "worker"), [53, 53, 5432, 6379, 443])
    assert.deepStrictEqual(portsTo(plain, "migrate"), [53, 53, 5432])
    assert.deepStrictEqual(portsTo(everything, "api"), [53, 53, 6432, 6379, 4318])
    for (const { spec } of objectsOf(everything, specs.policy))
      assert.deepStrictEqual(spec.policyTypes, ["Ingress", "Egress"])
  })

  it("let pods reach RabbitMQ where that is their queue", async () => {
    const secrets = { RABBITMQ_URL: { name: "lead-gateway", key: "RABBITMQ_URL" } }
    const to = [{ ipBlock: { cidr: "10.0.0.6/32" } }]
    const both = await render({
      settings: { QUEUE_TYPE: "rabbitmq" },
      secrets,
      networkPolicy: { rabbitmq: { to } },
    })
    assert.deepStrictEqual(portsTo(both, "api"), [53, 53, 5432, 6379, 5671, 5672])
    assert.deepStrictEqual(portsTo(both, "worker"), [53, 53, 5432, 6379, 5671, 5672, 443])
    assert.deepStrictEqual(portsTo(both, "migrate"), [53, 53, 5432])
    const { egress } = component(objectsOf(both, specs.policy), "api").spec
    assert.deepStrictEqual(egress.at(-1)?.to, to)
    const one = await render({ worker: { settings: { QUEUE_TYPE: "rabbitmq" }, secrets } })
    assert.notInclude(portsTo(one, "api"), 5672)
    assert.include(portsTo(one, "worker"), 5672)
  })

  it("let nobody reach a worker but who reads metrics, and these reach the api too", () => {
    assert.deepStrictEqual(component(objectsOf(plain, specs.policy), "worker").spec.ingress, [])
    const [ofWorker] = component(objectsOf(everything, specs.policy), "worker").spec.ingress
    const [ofApi] = component(objectsOf(everything, specs.policy), "api").spec.ingress
    assert.deepStrictEqual(ofWorker?.from, full.networkPolicy.metricsFrom)
    assert.deepStrictEqual(ofApi?.from, [...full.networkPolicy.apiFrom, ...full.networkPolicy.metricsFrom])
  })

  it("keep a customer's address from being that of a cloud's metadata", () => {
    const to = component(objectsOf(plain, specs.policy), "worker").spec.egress.at(-1)?.to ?? []
    assert.deepInclude(to, { ipBlock: { cidr: "0.0.0.0/0", except: ["169.254.0.0/16"] } })
  })
})

describe("alerts", () => {
  it("keep their expressions and the templates of their texts, and name runbooks that can be opened", () => {
    const rules = objectsOf(everything, specs.rules).flatMap(({ spec }) =>
      spec.groups.flatMap((group) => group.rules),
    )
    const alerts = rules.filter(({ alert }) => alert !== undefined)
    assert.isAtLeast(alerts.length, 10)
    for (const { alert, annotations } of alerts) {
      assert.match(annotations?.runbook_url ?? "", /^https:\/\/.+\/docs\/runbooks\/[a-z0-9-]+\.md$/, alert)
    }
    assert.isTrue(alerts.some(({ annotations }) => annotations?.description?.includes("{{ $value")))
  })
})

describe("the number of due leads", () => {
  const triggerOf = (objects: typeof plain) => objectsOf(objects, specs.scaledObject)[0]?.spec

  it("is a metric of the apps, of this namespace alone", () => {
    const [trigger] = triggerOf(everything)?.triggers ?? []
    assert.strictEqual(trigger?.metadata.query, 'max(lead_gateway_leads_due{namespace="prod"})')
    assert.include(read("packages/runtime/src/StateMetrics.ts"), 'gauge("leads_due"')
  })

  it("is asked of Postgres with the connection of a worker", async () => {
    const objects = await render(valueSets["workers scaled by due leads from Postgres"])
    const spec = triggerOf(objects)
    const { container } = podOf(objects, "worker")
    assert.strictEqual(spec?.scaleTargetRef.envSourceContainerName, container.name)
    assert.include(
      container.env.map(({ name }) => name),
      spec?.triggers[0]?.metadata.connectionFromEnv,
    )
  })
})
