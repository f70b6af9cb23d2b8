import { makeReport, read, type Report } from "@lead-gateway/document-check"
import * as Result from "effect/Result"
import type { Aliases } from "./internal/Aliases.ts"
import { compileAliases } from "./internal/compileAliases.ts"
import { compileFields } from "./internal/compileFields.ts"
import type { FieldTree } from "./internal/FieldTree.ts"
import { keyWords, ProfileData } from "./Profile.ts"
import { ProfileInvalid } from "./ProfileInvalid.ts"

/** Leads to what only this package knows of a profile. */
export const ready: unique symbol = Symbol("ready")

/** A profile that is known to be right, ready for use. Only {@link compile} makes one. */
export interface Profile {
  /** The version of the data it was made from. */
  readonly version: string
  readonly [ready]: { readonly fields: FieldTree; readonly aliases: Aliases | undefined }
}

/**
 * Checks a profile and makes it ready, once, when it is loaded.
 *
 * Takes any value, as `JSON.parse` gives it. Fails with {@link ProfileInvalid}, which holds every mistake: first
 * those of form (unknown keys, kinds, countries, paths that are none), and where there is none those of sense
 * (fields inside each other, aliases that go round in a circle, words that mean yes and no).
 */
export const compile = (json: unknown): Result.Result<Profile, ProfileInvalid> => {
  const { diagnostics, report } = makeReport()
  // Keys that are no paths are reported after what is wrong with values.
  const misnamed: Array<Parameters<Report>> = []
  const data = read(ProfileData, json, (...diagnostic) => {
    if (diagnostic[2] === keyWords) misnamed.push(diagnostic)
    else report(...diagnostic)
  })
  for (const diagnostic of misnamed) report(...diagnostic)
  if (data === undefined) return Result.fail(new ProfileInvalid({ diagnostics }))
  const fields = compileFields(data, report)
  const aliases = compileAliases(data, fields, report)
  return diagnostics.length === 0
    ? Result.succeed({ version: data.version, [ready]: { fields, aliases } })
    : Result.fail(new ProfileInvalid({ diagnostics }))
}
