/** The parts of rendered objects that tests of the chart look at. */
import { Schema } from "effect"
import type { Rendered } from "./helm.ts"

const Labels = Schema.Record(Schema.String, Schema.String)
const Selector = Schema.Struct({ matchLabels: Labels })
const Port = Schema.Union([Schema.String, Schema.Number])
const HttpGet = Schema.Struct({ httpGet: Schema.Struct({ path: Schema.String, port: Port }) })

const Variable = Schema.Struct({
  name: Schema.String,
  value: Schema.optionalKey(Schema.String),
  valueFrom: Schema.optionalKey(
    Schema.Struct({ secretKeyRef: Schema.Struct({ name: Schema.String, key: Schema.String }) }),
  ),
})

const Container = Schema.Struct({
  name: Schema.String,
  image: Schema.String,
  command: Schema.optionalKey(Schema.Array(Schema.String)),
  ports: Schema.optionalKey(
    Schema.Array(Schema.Struct({ name: Schema.String, containerPort: Schema.Number })),
  ),
  env: Schema.Array(Variable),
  startupProbe: Schema.optionalKey(HttpGet),
  livenessProbe: Schema.optionalKey(HttpGet),
  readinessProbe: Schema.optionalKey(HttpGet),
  lifecycle: Schema.optionalKey(
    Schema.Struct({ preStop: Schema.Struct({ sleep: Schema.Struct({ seconds: Schema.Number }) }) }),
  ),
  securityContext: Schema.Struct({
    allowPrivilegeEscalation: Schema.Boolean,
    readOnlyRootFilesystem: Schema.Boolean,
    capabilities: Schema.Struct({ drop: Schema.Array(Schema.String) }),
  }),
  resources: Schema.Struct({ requests: Labels, limits: Labels }),
  volumeMounts: Schema.Array(Schema.Struct({ name: Schema.String, mountPath: Schema.String })),
})

const PodTemplate = Schema.Struct({
  metadata: Schema.Struct({ labels: Labels, annotations: Schema.optionalKey(Labels) }),
  spec: Schema.Struct({
    serviceAccountName: Schema.optionalKey(Schema.String),
    automountServiceAccountToken: Schema.Boolean,
    enableServiceLinks: Schema.Boolean,
    terminationGracePeriodSeconds: Schema.optionalKey(Schema.Number),
    securityContext: Schema.Struct({
      runAsNonRoot: Schema.Boolean,
      runAsUser: Schema.Number,
      seccompProfile: Schema.Struct({ type: Schema.String }),
    }),
    topologySpreadConstraints: Schema.optionalKey(Schema.Array(Schema.Struct({ labelSelector: Selector }))),
    containers: Schema.Array(Container),
    volumes: Schema.Array(
      Schema.Struct({
        name: Schema.String,
        configMap: Schema.optionalKey(Schema.Struct({ name: Schema.String })),
      }),
    ),
  }),
})

const Peers = Schema.optionalKey(Schema.Array(Schema.Unknown))
const Ports = Schema.Array(Schema.Struct({ port: Port, protocol: Schema.String }))
const Target = Schema.Struct({ kind: Schema.String, name: Schema.String })

const of = <S extends Schema.ConstraintDecoder<unknown>>(kind: string, spec: S) => ({ kind, spec })

/** The specifications of kinds. */
export const specs = {
  deployment: of(
    "Deployment",
    Schema.Struct({
      replicas: Schema.optionalKey(Schema.Number),
      strategy: Schema.Struct({
        rollingUpdate: Schema.Struct({ maxUnavailable: Schema.Number, maxSurge: Schema.Number }),
      }),
      selector: Selector,
      template: PodTemplate,
    }),
  ),
  job: of("Job", Schema.Struct({ template: PodTemplate })),
  service: of(
    "Service",
    Schema.Struct({
      selector: Labels,
      ports: Schema.Array(Schema.Struct({ name: Schema.String, port: Schema.Number, targetPort: Port })),
    }),
  ),
  ingress: of(
    "Ingress",
    Schema.Struct({
      rules: Schema.Array(
        Schema.Struct({
          host: Schema.String,
          http: Schema.Struct({
            paths: Schema.Array(
              Schema.Struct({
                path: Schema.String,
                pathType: Schema.String,
                backend: Schema.Struct({
                  service: Schema.Struct({
                    name: Schema.String,
                    port: Schema.Struct({ name: Schema.String }),
                  }),
                }),
              }),
            ),
          }),
        }),
      ),
    }),
  ),
  budget: of("PodDisruptionBudget", Schema.Struct({ selector: Selector, maxUnavailable: Schema.Number })),
  policy: of(
    "NetworkPolicy",
    Schema.Struct({
      podSelector: Selector,
      policyTypes: Schema.Array(Schema.String),
      ingress: Schema.Array(Schema.Struct({ ports: Ports, from: Peers })),
      egress: Schema.Array(Schema.Struct({ ports: Ports, to: Peers })),
    }),
  ),
  scaler: of("HorizontalPodAutoscaler", Schema.Struct({ scaleTargetRef: Target })),
  scaledObject: of(
    "ScaledObject",
    Schema.Struct({
      scaleTargetRef: Schema.Struct({ ...Target.fields, envSourceContainerName: Schema.String }),
      triggers: Schema.Array(Schema.Struct({ type: Schema.String, metadata: Labels })),
    }),
  ),
  monitor: of(
    "ServiceMonitor",
    Schema.Struct({
      jobLabel: Schema.String,
      selector: Selector,
      endpoints: Schema.Array(
        Schema.Struct({
          port: Schema.String,
          path: Schema.String,
          authorization: Schema.optionalKey(Schema.Unknown),
        }),
      ),
    }),
  ),
  rules: of(
    "PrometheusRule",
    Schema.Struct({
      groups: Schema.Array(
        Schema.Struct({
          name: Schema.String,
          rules: Schema.Array(
            Schema.Struct({
              alert: Schema.optionalKey(Schema.String),
              record: Schema.optionalKey(Schema.String),
              expr: Schema.String,
              annotations: Schema.optionalKey(Labels),
            }),
          ),
        }),
      ),
    }),
  ),
}

/** The objects of a kind: their names, labels, annotations and specifications. */
export const objectsOf = <S extends Schema.ConstraintDecoder<unknown>>(
  objects: ReadonlyArray<Rendered>,
  { kind, spec }: { readonly kind: string; readonly spec: S },
): ReadonlyArray<Rendered["metadata"] & { readonly spec: S["Type"] }> =>
  objects
    .filter((object) => object.kind === kind)
    .map(({ metadata, whole }) => ({ ...metadata, spec: Schema.decodeUnknownSync(spec)(whole.spec) }))

/** The one of several that is of a component. */
export const component = <A extends { readonly labels: Readonly<Record<string, string>> }>(
  found: ReadonlyArray<A>,
  name: string,
): A => {
  const [one, ...more] = found.filter(({ labels }) => labels["app.kubernetes.io/component"] === name)
  if (one === undefined || more.length > 0) throw new Error(`expected one object of ${name}`)
  return one
}

/** Whether labels have all that a selector asks for. */
export const selects = (
  selector: Readonly<Record<string, string>>,
  labels: Readonly<Record<string, string>>,
): boolean => {
  const wanted = Object.entries(selector)
  return wanted.length > 0 && wanted.every(([name, value]) => labels[name] === value)
}
