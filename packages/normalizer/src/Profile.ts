import { makeReport, type Report, reportOtherKeys } from "@lead-gateway/document-check"
import { get, isJsonObject, type JsonObject } from "@lead-gateway/lossless-json"
import { Result } from "effect"
import { type Country, isCountry } from "./internal/phone.ts"
import { isBlank } from "./internal/text.ts"
import { ProfileInvalid } from "./ProfileInvalid.ts"

/** The kinds of field that have a form of their own; a profile has one list of paths for each. */
const kinds = ["email", "phone", "boolean"] as const

/** What a declared field holds: an e-mail address, a phone number, or yes or no. */
export type FieldKind = (typeof kinds)[number]

/**
 * What is to be brought into which form, as data: plain JSON, to be kept in a file, a table or a message.
 *
 * Each kind lists paths of own properties separated by dots (`house.is_owner`); a kind without a list has no
 * fields. Paths lead through objects, not into lists. `version` names the profile, so that a lead can remember
 * what normalised it. `default_country` is where a phone number without a country code belongs: two capital
 * letters (ISO 3166-1), `DE`.
 */
export interface ProfileData extends Partial<Readonly<Record<FieldKind, ReadonlyArray<string>>>> {
  readonly version: string
  readonly default_country: string
}

/** The profile that the gateway ships with; the same as `config/normalizer_profile.json`. */
export const defaultProfile: ProfileData = {
  version: "default-1",
  default_country: "DE",
  email: ["email"],
  phone: ["phone"],
  boolean: ["house.is_owner"],
}

/** A profile that is known to be right, ready for use. Only {@link compile} makes one. */
export interface Profile {
  /** The version of the data it was made from. */
  readonly version: string
  readonly defaultCountry: Country
  readonly fields: Fields
}

/** The declared fields as a tree: a property's name leads to its kind, or to what is declared inside it. */
export interface Fields extends ReadonlyMap<string, FieldKind | Fields> {}

/**
 * Checks a profile and makes it ready, once, when it is loaded.
 *
 * Takes any value, as `JSON.parse` gives it. Fails with {@link ProfileInvalid}, which holds every mistake:
 * unknown keys and countries, wrong types, paths with an empty segment, fields declared twice.
 */
export const compile = (json: unknown): Result.Result<Profile, ProfileInvalid> => {
  const { mistakes, report } = makeReport()
  if (!isJsonObject(json)) {
    report([], json, `an object with the keys ${keys.join(", ")}`)
    return Result.fail(new ProfileInvalid({ mistakes }))
  }
  reportOtherKeys(report, [], json, keys)
  const version = get(json, "version")
  const isVersion = typeof version === "string" && !isBlank(version)
  if (!isVersion) report(["version"], version, "a text that is not blank")
  const defaultCountry = get(json, "default_country")
  const isKnown = isCountry(defaultCountry)
  if (!isKnown)
    report(["default_country"], defaultCountry, "the two capital letters of a country, such as DE")
  const fields = fieldsOf(json, report)
  return isVersion && isKnown && mistakes.length === 0
    ? Result.succeed({ version, defaultCountry, fields })
    : Result.fail(new ProfileInvalid({ mistakes }))
}

const keys: ReadonlyArray<string> = ["version", "default_country", ...kinds]

const fieldsOf = (json: JsonObject, report: Report): Fields => {
  const fields: MutableFields = new Map()
  for (const kind of kinds) {
    const paths = get(json, kind) ?? []
    if (!Array.isArray(paths)) {
      report([kind], paths, "a list of paths")
      continue
    }
    for (const [index, path] of paths.entries()) {
      if (!isPath(path)) report([kind, index], path, "a path such as house.is_owner, no segment empty")
      else if (!declare(fields, path, kind)) report([kind, index], path, "a field apart from all others")
    }
  }
  return fields
}

const isPath = (path: unknown): path is string =>
  typeof path === "string" && path.split(".").every((segment) => segment !== "")

interface MutableFields extends Map<string, FieldKind | MutableFields> {}

/** Puts a field into the tree; false when it, a part of it or something around it is declared already. */
const declare = (fields: MutableFields, path: string, kind: FieldKind): boolean => {
  const around = path.split(".")
  const name = around.pop() ?? path
  let level = fields
  for (const segment of around) {
    const next = level.get(segment) ?? new Map<string, FieldKind | MutableFields>()
    if (typeof next === "string") return false
    level.set(segment, next)
    level = next
  }
  if (level.has(name)) return false
  level.set(name, kind)
  return true
}
