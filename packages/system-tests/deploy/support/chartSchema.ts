/** The JSON Schema of the chart's values: Helm refuses what it does not permit. Names of settings come from the apps' own list. */
import { variables } from "@lead-gateway/config"

/** Settings that the chart sets itself, or that make no sense in a pod. */
const setByChart: ReadonlySet<string> = new Set([
  "API_HOST",
  "API_PORT",
  "WORKER_HOST",
  "WORKER_PORT",
  "SHUTDOWN_TIMEOUT",
  "MIGRATE_ON_START",
  "DATA_DIR",
  "ARCHIVE_DIR",
])

/** What may be given as a text, and what as a secret. */
const settingNames: ReadonlyArray<string> = variables
  .filter(({ name, secret }) => !secret && !setByChart.has(name))
  .map(({ name }) => name)
const secretNames: ReadonlyArray<string> = variables.filter(({ secret }) => secret).map(({ name }) => name)

const text = { type: "string" }
const flag = { type: "boolean" }
const count = (minimum: number) => ({ type: "integer", minimum })
const object = (properties: Readonly<Record<string, object>>) => ({
  type: "object",
  additionalProperties: false,
  properties,
})
const listOf = (items: object) => ({ type: "array", items })
const any = { type: "object" }
const texts = { type: "object", additionalProperties: text }
const ref = (name: string) => ({ $ref: `#/$defs/${name}` })
const budget = object({ enabled: flag, maxUnavailable: { type: ["integer", "string"] } })
const autoscaling = object({
  enabled: flag,
  minReplicas: count(1),
  maxReplicas: count(1),
  targetCPUUtilizationPercentage: { type: "integer", minimum: 1, maximum: 100 },
})
const duration = { type: "string", pattern: "^([0-9]+(ms|s|m|h))+$" }
const secretKey = {
  type: "object",
  additionalProperties: false,
  required: ["name", "key"],
  properties: { name: { type: "string", minLength: 1 }, key: { type: "string", minLength: 1 } },
}

const component = {
  image: object({
    name: { type: "string", minLength: 1 },
    digest: { type: "string", pattern: "^(sha256:[0-9a-f]{64})?$" },
  }),
  replicas: count(0),
  settings: ref("settings"),
  secrets: ref("secrets"),
  resources: any,
  autoscaling,
  podDisruptionBudget: budget,
  podAnnotations: texts,
  nodeSelector: texts,
  tolerations: listOf(any),
  affinity: any,
}

const peers = listOf(any)
const port = { type: "integer", minimum: 1, maximum: 65_535 }

/** The schema. */
export const chartSchema = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  title: "Values of the chart lead-gateway",
  $defs: {
    settings: {
      type: "object",
      propertyNames: { enum: settingNames },
      additionalProperties: { type: ["string", "number", "boolean"] },
    },
    secrets: {
      type: "object",
      propertyNames: { enum: secretNames },
      // Null takes a default away.
      additionalProperties: { anyOf: [secretKey, { type: "null" }] },
    },
  },
  ...object({
    global: any,
    nameOverride: text,
    fullnameOverride: text,
    image: object({
      registry: { type: "string", minLength: 1 },
      tag: text,
      pullPolicy: { enum: ["Always", "IfNotPresent", "Never"] },
      pullSecrets: listOf(text),
    }),
    settings: ref("settings"),
    secrets: ref("secrets"),
    documents: object({
      rules: text,
      profile: text,
      mapping: text,
      template: text,
      retryPolicy: text,
      verifier: text,
    }),
    shutdownTimeoutSeconds: { type: "integer", minimum: 0, maximum: 3600 },
    api: object({
      ...component,
      preStopSleepSeconds: count(0),
      service: object({
        type: { enum: ["ClusterIP", "NodePort", "LoadBalancer"] },
        port,
        annotations: texts,
      }),
    }),
    worker: object({
      ...component,
      archiveClaim: text,
      keda: object({
        enabled: flag,
        minReplicas: count(1),
        maxReplicas: count(1),
        dueLeadsPerWorker: count(1),
        pollingInterval: count(1),
        cooldownPeriod: count(0),
        trigger: { enum: ["prometheus", "postgres"] },
        prometheus: object({ serverAddress: text, authenticationRef: text }),
        fallbackReplicas: count(1),
      }),
    }),
    migrate: object({
      enabled: flag,
      activeDeadlineSeconds: count(1),
      backoffLimit: count(0),
      resources: any,
    }),
    ingress: object({
      enabled: flag,
      className: text,
      annotations: texts,
      host: { type: "string", minLength: 1 },
      tlsSecret: text,
      paths: { type: "array", minItems: 1, items: { type: "string", pattern: "^/" } },
      console: object({ enabled: flag, annotations: texts }),
    }),
    networkPolicy: object({
      enabled: flag,
      apiFrom: peers,
      metricsFrom: peers,
      postgres: object({ port, to: peers }),
      redis: object({ port, to: peers }),
      rabbitmq: object({ ports: { type: "array", minItems: 1, items: port }, to: peers }),
      customer: object({ ports: { type: "array", minItems: 1, items: port }, to: peers }),
      extraEgress: listOf(any),
    }),
    serviceMonitor: object({ enabled: flag, interval: duration, scrapeTimeout: duration, labels: texts }),
    prometheusRule: object({ enabled: flag, labels: texts, runbooks: text }),
  }),
}
