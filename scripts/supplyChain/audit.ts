/**
 * `npm run audit`: production dependencies of the apps must have no known vulnerability, except those that
 * `supply-chain.json` accepts, each until a day.
 *
 * The registry knows the vulnerabilities. Where it cannot be reached, or has no such database, the last line is
 * `not checked: …` and the code is 0; with `--required`, as for a release, that is a failure.
 */
import { readExceptions, report } from "./exceptions.ts"
import { pnpm } from "./pnpm.ts"

interface Advisory {
  readonly github_advisory_id?: string
  readonly id: number
  readonly module_name: string
  readonly severity: string
  readonly title: string
  readonly vulnerable_versions: string
}

interface Audit {
  readonly advisories: Readonly<Record<string, Advisory>>
  readonly metadata: { readonly totalDependencies: number }
}

const { advisories: accepted } = readExceptions()
const today = new Date().toISOString().slice(0, 10)

const ended = accepted
  .filter(({ until }) => !/^\d{4}-\d{2}-\d{2}$/.test(until) || until < today)
  .map(({ id, until }) => `${id}: was accepted until ${until}`)

// Without repetitions, which would take a minute.
const ran = pnpm(["--filter", "./apps/*", "audit", "--prod", "--json"], { pnpm_config_fetch_retries: "0" })

/** Why the registry could not say, without its name; undefined if it did, or if something else is wrong. */
const unavailable = (): string | undefined => {
  const text = ran.stdout + ran.stderr
  if (text.includes("ERR_PNPM_AUDIT_ENDPOINT_NOT_EXISTS")) return "the registry has none"
  if (!text.includes("ERR_PNPM_AUDIT_BAD_RESPONSE")) return undefined
  const [, status] = /responded\s+(?:[│|]\s+)?with\s+(?:[│|]\s+)?(\d{3})/.exec(text) ?? []
  if (status !== undefined) return `the registry answered ${status}`
  return text.includes("Failed to request")
    ? "the registry cannot be reached"
    : "the registry answered no list"
}

const reason = unavailable()
if (reason !== undefined) {
  for (const line of ended) console.log(line)
  console.log(`not checked: no advisory database, ${reason}`)
  if (ended.length > 0 || process.argv.includes("--required")) process.exitCode = 1
} else {
  const { advisories, metadata } = JSON.parse(ran.stdout) as Audit
  const isAccepted = ({ github_advisory_id, module_name }: Advisory) =>
    accepted.some((entry) => entry.id === github_advisory_id && entry.package === module_name)
  const found = Object.values(advisories)
    .filter((advisory) => !isAccepted(advisory))
    .map(
      ({ github_advisory_id, id, module_name, severity, title, vulnerable_versions }) =>
        `${module_name}: ${severity}, ${title} (${github_advisory_id ?? id}, versions ${vulnerable_versions})`,
    )
  const none = metadata.totalDependencies > 0 ? [] : ["no dependencies were found to check"]
  report(`${metadata.totalDependencies} packages for known vulnerabilities`, [...ended, ...found, ...none])
}
