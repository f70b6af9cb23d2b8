/**
 * `npm run lockfile`: every package of `pnpm-lock.yaml` comes from the registry with a SHA-512, and every version that is
 * asked for is exact, or from the workspace or the catalog. Works without a network.
 *
 * The file is read line by line, strictly: a line that is not of a known form is a problem, not skipped.
 */
import { read, report } from "./exceptions.ts"

/** The lines of a part of the file, without its headline. */
const part = (name: string): ReadonlyArray<string> => {
  const [, text = ""] = new RegExp(`^${name}:\\n((?: .*\\n|\\n)*)`, "m").exec(lock) ?? []
  return text.split("\n").filter((line) => line !== "")
}

const lock = `${read("pnpm-lock.yaml")}\n`
const problems: Array<string> = []

const packages = part("packages")
const exact = String.raw`\d+\.\d+\.\d+(?:-[\w.-]+)?(?:\+[\w.-]+)?`
const headline = new RegExp(String.raw`^ {2}'?(?:@[\w.-]+/)?[\w.-]+@${exact}'?:$`)
const resolution = /^ {4}resolution: \{integrity: sha512-[A-Za-z0-9+/]{86}==\}$/
const detail =
  /^ {4}(?:engines|cpu|os|libc): |^ {4}(?:hasBin|deprecated|peerDependencies|peerDependenciesMeta|bundledDependencies):|^ {6}/

let checked = 0
let current = ""
for (const [index, line] of packages.entries()) {
  if (/^ {2}\S/.test(line)) {
    current = line.trim().replace(/:$/, "")
    checked++
    if (!headline.test(line)) problems.push(`${current}: not a package of the registry with an exact version`)
    const next = packages[index + 1] ?? ""
    if (!resolution.test(next))
      problems.push(`${current}: no SHA-512 integrity, but ${next.trim() || "nothing"}`)
  } else if (!resolution.test(line) && !detail.test(line)) {
    problems.push(`${current}: unexpected ${line.trim()}`)
  }
}

/** What manifests and the catalog ask for. Ranges are in the catalog `peers`, for users of published packages. */
const asked = (lines: ReadonlyArray<string>): ReadonlyArray<string> =>
  lines.flatMap((line) => /^ +specifier: '?(.*?)'?$/.exec(line)?.[1] ?? [])
const isFixed = new RegExp(
  String.raw`^(?:catalog:|catalog:peers|workspace:\^|(?:npm:(?:@[\w.-]+/)?[\w.-]+@)?${exact})$`,
)
const [catalog = ""] = part("catalogs")
  .join("\n")
  .split(/^ {2}peers:$/m)
const specifiers = [...asked(part("importers")), ...asked(catalog.split("\n"))]
for (const specifier of specifiers) {
  if (!isFixed.test(specifier)) problems.push(`${specifier} is not an exact version`)
}

if (checked === 0 || specifiers.length === 0) problems.push("pnpm-lock.yaml: nothing found to check")
report(`${checked} packages and ${specifiers.length} versions of the lockfile`, problems)
