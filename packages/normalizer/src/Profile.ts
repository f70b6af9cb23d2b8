import {
  DocumentInvalid,
  documentProblem,
  makeReport,
  notCompiled,
  read,
  type Report,
} from "@lead-gateway/document-check"
import { type FieldPath, parsePath } from "@lead-gateway/lead-field"
import * as Result from "effect/Result"
import type { Aliases } from "./internal/Aliases.ts"
import { compileAliases } from "./internal/compileAliases.ts"
import { DisjointPaths, type Field, type FieldTree, fieldTreeOf } from "./internal/FieldTree.ts"
import { defaultBooleans, converterOf, type Options, optionsOf } from "./internal/converters.ts"
import { isReadable } from "./internal/isReadable.ts"
import { isPostalCountry, postalCountries } from "./internal/postalCode.ts"
import { cleanFold } from "./internal/text.ts"
import { pathKeyExpected, ProfileData } from "./ProfileData.ts"

/**
 * An invalid profile, with a diagnostic for every error in it.
 *
 * The message has one line for each diagnostic, for example
 * `default_country: found "de", expected the two capital letters of a country, such as DE`.
 */
export class ProfileInvalid extends DocumentInvalid("ProfileInvalid", "profile") {}

/** The key of a profile's compiled parts. */
const compiled: unique symbol = Symbol("compiled")

/** A checked profile, prepared for use. Only {@link compileProfile} makes one. */
export interface Profile {
  /** The version of the profile data that it was compiled from. */
  readonly version: string
  readonly [compiled]: ProfileParts
}

/** The compiled parts of a profile, for this package alone. */
export interface ProfileParts {
  readonly fields: FieldTree
  readonly aliases: Aliases | undefined
}

/**
 * Checks a profile and prepares it for use; done once, when the profile is loaded.
 *
 * Accepts any value; its type lets editors complete a profile that is written in place. Fails with {@link ProfileInvalid}, which reports every error. Errors of
 * structure come first (unknown keys, kinds and countries, invalid paths). If there are none, errors of meaning are
 * reported (fields inside each other, circular aliases, a text that means both yes and no).
 */
export const compileProfile = (
  json: ProfileData | {} | null | undefined,
): Result.Result<Profile, ProfileInvalid> => {
  if (!isReadable(json)) return Result.fail(unreadableProfile())
  const { diagnostics, report } = makeReport()
  // Keys that are not paths are reported after invalid values.
  const invalidKeys: Array<Parameters<Report>> = []
  const problem = documentProblem(json)
  if (problem !== undefined) report([], json, problem)
  const data =
    problem !== undefined
      ? undefined
      : read(ProfileData, json, (...diagnostic) => {
          if (diagnostic[2] === pathKeyExpected) invalidKeys.push(diagnostic)
          else report(...diagnostic)
        })
  for (const diagnostic of invalidKeys) report(...diagnostic)
  if (data === undefined) return Result.fail(new ProfileInvalid({ diagnostics }))
  const fields = compileFields(data, report)
  const aliases = compileAliases(data, fields, report)
  return diagnostics.length === 0
    ? Result.succeed({ version: data.version, [compiled]: { fields, aliases } })
    : Result.fail(new ProfileInvalid({ diagnostics }))
}

const unreadableProfile = () =>
  new ProfileInvalid({
    diagnostics: [
      {
        path: "",
        actual: "an object that contains itself, or whose properties cannot be read",
        expected: "an object as JSON.parse makes it",
      },
    ],
  })

/** {@link compileProfile}, but throws the {@link ProfileInvalid}: for profiles that are part of a program. */
export const compileProfileOrThrow = (json: ProfileData | {} | null | undefined): Profile =>
  Result.getOrThrow(compileProfile(json))

/** The compiled parts of a profile. Throws a `TypeError` that names what was given if it is no profile. */
export const partsOf = (profile: Profile): ProfileParts => {
  const parts = (profile as Profile | null | undefined)?.[compiled]
  if (parts !== undefined) return parts
  throw notCompiled("normalize", "profile", profile, "compileProfile")
}

/** Checks the declared fields of a profile and compiles each to its converter. */
const compileFields = (profile: ProfileData, report: Report): FieldTree => {
  const disjoint = new DisjointPaths()
  const fields: Array<readonly [FieldPath, Field]> = []
  for (const [text, declaration] of Object.entries(profile.fields ?? {})) {
    const at = ["fields", text] as const
    const path = parsePath(text) ?? []
    const other = disjoint.add(path, text)
    const options = optionsOf(declaration)
    if (other !== undefined) {
      report(at, declaration, `a path that does not overlap with ${other}`)
    }
    const isValid = reportOptions(options, profile, (key, actual, expected) =>
      report([...at, ...key], actual, expected),
    )
    if (other === undefined && isValid)
      fields.push([path, { kind: options.kind, convert: converterOf(options, profile) }])
  }
  reportIndices(profile, report)
  return fieldTreeOf(fields)
}

/** Reports errors in the options that the shape of a profile cannot express. */
const reportOptions = (options: Options, profile: ProfileData, report: Report): boolean => {
  if (options.kind === "postal_code" && options.country === undefined) {
    if (isPostalCountry(profile.default_country)) return true
    report(["country"], undefined, `one of ${postalCountries.join(", ")}: default_country is not one of them`)
    return false
  }
  if (options.kind !== "boolean") return true
  const meanings = new Map(defaultBooleans)
  let isValid = true
  for (const [key, meaning] of [
    ["yes", true],
    ["no", false],
  ] as const) {
    for (const [index, text] of (options[key] ?? []).entries()) {
      const fold = cleanFold(text)
      if ((meanings.get(fold) ?? meaning) === meaning) meanings.set(fold, meaning)
      else {
        isValid = false
        report([key, index], text, `a word that does not mean ${meaning ? "no" : "yes"}`)
      }
    }
  }
  return isValid
}

/** Reports an index beside `*` in the same list: it would be ambiguous which declaration applies to the item. */
const reportIndices = ({ fields = {} }: ProfileData, report: Report): void => {
  const declared = Object.entries(fields).map(([text, declaration]) => ({
    text,
    declaration,
    path: parsePath(text) ?? [],
  }))
  const listOf = (path: FieldPath, index: number) => JSON.stringify(path.slice(0, index))
  const lists = new Set(
    declared.flatMap(({ path }) => path.flatMap((key, index) => (key === "*" ? [listOf(path, index)] : []))),
  )
  for (const { text, declaration, path } of declared) {
    const isBeside = path.some((key, index) => /^\d+$/.test(key) && lists.has(listOf(path, index)))
    if (isBeside) report(["fields", text], declaration, "a field outside the items that * matches")
  }
}
