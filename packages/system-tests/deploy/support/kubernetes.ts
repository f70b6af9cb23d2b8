/**
 * Checks objects against the schemas of Kubernetes, KEDA and the operator of Prometheus: by validators that were made from
 * them, and for fields that do not exist, which those permit, by the types that were made from them.
 */
import { execFile } from "node:child_process"
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { promisify } from "node:util"
import type { Rendered } from "./helm.ts"

const run = promisify(execFile)

interface Validate {
  (object: unknown): boolean
  errors?: ReadonlyArray<{
    readonly instancePath: string
    readonly message?: string
    readonly keyword: string
  }>
}

const core = "kubernetes-models"
const keda = "@kubernetes-models/keda"
const prometheus = "@kubernetes-models/prometheus-operator"
const monitoring = "ComGithubPrometheusOperatorPrometheusOperatorPkgApisMonitoringV1"

/** The package of each kind, the module of its type and that of its validator. */
const kinds: Readonly<Record<string, readonly [from: string, type: string, validator: string]>> = {
  ConfigMap: [core, "v1/ConfigMap", "IoK8sApiCoreV1ConfigMap"],
  Deployment: [core, "apps/v1/Deployment", "IoK8sApiAppsV1Deployment"],
  HorizontalPodAutoscaler: [
    core,
    "autoscaling/v2/HorizontalPodAutoscaler",
    "IoK8sApiAutoscalingV2HorizontalPodAutoscaler",
  ],
  Ingress: [core, "networking.k8s.io/v1/Ingress", "IoK8sApiNetworkingV1Ingress"],
  Job: [core, "batch/v1/Job", "IoK8sApiBatchV1Job"],
  NetworkPolicy: [core, "networking.k8s.io/v1/NetworkPolicy", "IoK8sApiNetworkingV1NetworkPolicy"],
  PodDisruptionBudget: [core, "policy/v1/PodDisruptionBudget", "IoK8sApiPolicyV1PodDisruptionBudget"],
  PrometheusRule: [prometheus, "monitoring.coreos.com/v1/PrometheusRule", `${monitoring}PrometheusRule`],
  ScaledObject: [
    keda,
    "keda.sh/v1alpha1/ScaledObject",
    "ComGithubKedacoreKedaV2ApisKedaV1alpha1ScaledObject",
  ],
  Service: [core, "v1/Service", "IoK8sApiCoreV1Service"],
  ServiceAccount: [core, "v1/ServiceAccount", "IoK8sApiCoreV1ServiceAccount"],
  ServiceMonitor: [prometheus, "monitoring.coreos.com/v1/ServiceMonitor", `${monitoring}ServiceMonitor`],
}

/** The kinds that can be checked. */
export const knownKinds = Object.keys(kinds)

const kindOf = ({ kind }: Rendered) => {
  const found = kinds[kind]
  if (found === undefined) throw new Error(`no schema of ${kind} is known here`)
  return found
}

const modules = join(import.meta.dirname, "../../node_modules")

/** Not all of the packages export their validators. */
const pathOf = (from: string, name: string): string =>
  pathToFileURL(join(modules, from, "_schemas", `${name}.js`)).href

/** What is wrong with the values of an object, a line each. */
export const invalidValues = async (object: Rendered): Promise<ReadonlyArray<string>> => {
  const [from, , name] = kindOf(object)
  const { validate } = (await import(pathOf(from, name))) as { readonly validate: Validate }
  if (validate(object.whole)) return []
  return (validate.errors ?? []).map(
    ({ instancePath, keyword, message }) =>
      `${object.kind} ${object.metadata.name}${instancePath}: ${message ?? keyword}`,
  )
}

/** Fields of objects that do not exist, and values of a wrong type, as TypeScript reports them. */
export const unknownFields = async (objects: ReadonlyArray<Rendered>): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), "chart-types-"))
  try {
    await symlink(modules, join(folder, "node_modules"))
    const used = [...new Set(objects.map(({ kind }) => kind))]
    const lines = [
      ...used.map((kind) => {
        const [from, type] = kinds[kind] ?? []
        return `import type { I${kind} } from "${from}/${type}"`
      }),
      ...objects.map(
        ({ kind, whole }, i) => `export const object${i}: I${kind} = ${JSON.stringify(whole, null, 1)}`,
      ),
    ]
    await writeFile(join(folder, "objects.ts"), lines.join("\n"))
    await writeFile(join(folder, "package.json"), `{ "type": "module" }`)
    const options = [
      "--ignoreConfig",
      "--noEmit",
      "--strict",
      "--skipLibCheck",
      "--module",
      "nodenext",
      "--types",
      "",
    ]
    const tsc = join(modules, ".bin/tsc")
    return await run(tsc, [...options, "objects.ts"], { cwd: folder }).then(
      () => "",
      (error: unknown) => String((error as { readonly stdout?: unknown }).stdout ?? error),
    )
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
