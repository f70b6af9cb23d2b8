import { makeReport, type Report, reportIssue } from "@lead-gateway/document-check"
import { parsePath } from "@lead-gateway/lead-field"
import { get, isJsonObject } from "@lead-gateway/lossless-json"
import { Result, Schema } from "effect"
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

const decode = Schema.decodeUnknownResult(ProfileData, { errors: "all", onExcessProperty: "error" })

/**
 * Checks a profile and makes it ready, once, when it is loaded.
 *
 * Takes any value, as `JSON.parse` gives it. Fails with {@link ProfileInvalid}, which holds every mistake: first
 * those of form (unknown keys, kinds, countries, paths that are none), and where there is none those of sense
 * (fields inside each other, aliases that go round in a circle, words that mean yes and no).
 */
export const compile = (json: unknown): Result.Result<Profile, ProfileInvalid> => {
  const { diagnostics, report } = makeReport()
  const decoded = decode(json)
  if (Result.isFailure(decoded)) {
    reportIssue(report, json, decoded.failure.issue)
    const told = new Set(diagnostics.map(({ path }) => path))
    reportKeys(json, (path, ...rest) => told.has(path.join(".")) || report(path, ...rest))
    return Result.fail(new ProfileInvalid({ diagnostics }))
  }
  const data = decoded.success
  const fields = compileFields(data, report)
  const aliases = compileAliases(data, fields, report)
  return diagnostics.length === 0
    ? Result.succeed({ version: data.version, [ready]: { fields, aliases } })
    : Result.fail(new ProfileInvalid({ diagnostics }))
}

/** Keys that are no paths; the schema looks at them only where nothing else in the same object is wrong. */
const reportKeys = (json: unknown, report: Report): void => {
  if (!isJsonObject(json)) return
  for (const name of ["fields", "aliases"]) {
    const record = get(json, name)
    if (record === undefined || !isJsonObject(record)) continue
    for (const [key, value] of Object.entries(record)) {
      if (parsePath(key) === undefined) report([name, key], value, keyWords)
    }
  }
}
