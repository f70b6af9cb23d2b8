/** Values with which tests render the chart: as it comes, with everything, and with as little as possible. */

const withMonitoring = {
  secrets: { METRICS_TOKEN: { name: "lead-gateway", key: "METRICS_TOKEN" } },
  serviceMonitor: { enabled: true, labels: { release: "prometheus" } },
  prometheusRule: { enabled: true },
  networkPolicy: {
    apiFrom: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "ingress-nginx" } } }],
    metricsFrom: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "monitoring" } } }],
    postgres: { port: 6432, to: [{ ipBlock: { cidr: "10.0.0.5/32" } }] },
    extraEgress: [{ ports: [{ port: 4318, protocol: "TCP" }] }],
  },
}

/** By what each is. */
export const valueSets = {
  "the defaults": {},
  "all options, workers scaled by due leads from Prometheus": {
    ...withMonitoring,
    image: { registry: "ghcr.io/example", tag: "1.2.3", pullSecrets: ["registry"] },
    api: {
      settings: { DATABASE_READ_MAX_LAG: "10s" },
      secrets: { DATABASE_READ_URL: { name: "lead-gateway", key: "DATABASE_READ_URL" } },
      image: { digest: `sha256:${"a".repeat(64)}` },
      autoscaling: { enabled: true },
      podAnnotations: { "example.com/team": "leads" },
      nodeSelector: { "kubernetes.io/arch": "amd64" },
      tolerations: [{ key: "dedicated", operator: "Exists", effect: "NoSchedule" }],
      affinity: { nodeAffinity: {} },
      service: { annotations: { "example.com/a": "b" } },
    },
    worker: {
      archiveClaim: "lead-archive",
      settings: { RETENTION: "18mo", WORKER_CONCURRENCY: 50 },
      keda: { enabled: true, prometheus: { authenticationRef: "prometheus" } },
    },
    documents: { rules: '{"rules":[]}', mapping: "{}", retryPolicy: "{}" },
    ingress: {
      enabled: true,
      className: "nginx",
      tlsSecret: "leads-tls",
      annotations: { "nginx.ingress.kubernetes.io/proxy-body-size": "1m" },
      console: {
        enabled: true,
        annotations: { "nginx.ingress.kubernetes.io/whitelist-source-range": "192.0.2.0/24" },
      },
    },
  },
  "workers scaled by due leads from Postgres": { worker: { keda: { enabled: true, trigger: "postgres" } } },
  "api and workers scaled by CPU": {
    api: { autoscaling: { enabled: true } },
    worker: { autoscaling: { enabled: true } },
  },
  "as little as possible": {
    secrets: { REDIS_URL: null },
    settings: { QUEUE_TYPE: "database" },
    migrate: { enabled: false },
    networkPolicy: { enabled: false },
    api: { podDisruptionBudget: { enabled: false }, preStopSleepSeconds: 0 },
    worker: { podDisruptionBudget: { enabled: false } },
  },
} as const satisfies Readonly<Record<string, object>>
