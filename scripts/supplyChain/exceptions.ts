/** What `supply-chain.json` permits: licences, install scripts, and known vulnerabilities for a while. */
import { readFileSync } from "node:fs"
import { join } from "node:path"

const inFolder = "--in="

/** The folder of the repository, or the one of `--in=FOLDER`. */
export const root =
  process.argv.find((argument) => argument.startsWith(inFolder))?.slice(inFolder.length) ??
  join(import.meta.dirname, "../..")

/** What is permitted, and why. */
export interface Exceptions {
  /** SPDX identifiers that production dependencies may have. */
  readonly licences: ReadonlyArray<string>
  /** The licences of packages whose manifest does not say it, or is not installed, as it is for other machines. */
  readonly licences_of: Readonly<Record<string, { readonly licence: string; readonly why: string }>>
  /** Every package with an install script, and whether it runs. */
  readonly install_scripts: Readonly<Record<string, { readonly runs: boolean; readonly why: string }>>
  /** Known vulnerabilities that are accepted until a day, `2027-01-31`. */
  readonly advisories: ReadonlyArray<{
    readonly id: string
    readonly package: string
    readonly why: string
    readonly until: string
  }>
}

/** Reads a file below the folder. */
export const read = (path: string): string => readFileSync(join(root, path), "utf8")

/** Reads the file; an exception without a reason of some length is none. */
export const readExceptions = (): Exceptions => {
  const exceptions = JSON.parse(read("supply-chain.json")) as Exceptions
  const reasons = [
    ...Object.entries(exceptions.licences_of),
    ...Object.entries(exceptions.install_scripts),
    ...exceptions.advisories.map((advisory) => [advisory.id, advisory] as const),
  ]
  for (const [name, { why }] of reasons) {
    if (why.trim().length < 20) throw new Error(`supply-chain.json: ${name} needs a reason (why)`)
  }
  return exceptions
}

/** Prints what was checked, and what is wrong; the exit code is 1 when something is. */
export const report = (checked: string, problems: ReadonlyArray<string>): void => {
  for (const problem of problems) console.log(problem)
  console.log(`Checked ${checked}${problems.length === 0 ? "" : `: ${problems.length} wrong`}`)
  if (problems.length > 0) process.exitCode = 1
}
