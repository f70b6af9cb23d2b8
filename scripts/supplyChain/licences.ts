/**
 * `npm run licences`: the licence of every production dependency of the apps must be one that `supply-chain.json` lists.
 * Works without a network. A licence that is not known is refused, and so is an entry that nothing needs.
 */
import { readExceptions, report } from "./exceptions.ts"
import { type Component, componentsOf, nameOf } from "./pnpm.ts"

const { licences, licences_of: stated } = readExceptions()

/** The licence that a manifest states, as an SPDX expression. */
const licenceIn = ({ licenses = [] }: Component): string | undefined => {
  const [first, ...more] = licenses
  if (first === undefined || more.length > 0) return undefined
  return "expression" in first ? first.expression : (first.license.id ?? first.license.name)
}

/** Whether all that an expression asks for is permitted: any side of `OR`, both sides of `AND`. */
const isPermitted = (expression: string): boolean =>
  expression
    .replaceAll(/[()]/g, " ")
    .split(/\sOR\s/)
    .some((side) => side.split(/\sAND\s/).every((id) => licences.includes(id.trim())))

const installed = new Map(
  componentsOf().map((component) => [`${nameOf(component)}@${component.version}`, component]),
)
const locked = componentsOf("--lockfile-only")

const problems = locked.flatMap((component) => {
  const name = `${nameOf(component)}@${component.version}`
  const licence =
    licenceIn(installed.get(name) ?? component) ?? stated[nameOf(component)]?.licence ?? undefined
  if (licence === undefined)
    return [`${name}: no licence is known; state it in supply-chain.json, with a reason`]
  return isPermitted(licence) ? [] : [`${name}: ${licence} is not permitted by supply-chain.json`]
})
const names = new Set(locked.map(nameOf))
const stale = Object.keys(stated)
  .filter((name) => !names.has(name))
  .map((name) => `${name}: stated in supply-chain.json, and no dependency`)

report(`the licences of ${locked.length} packages`, [...problems, ...stale])
