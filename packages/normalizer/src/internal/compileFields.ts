import type { Report } from "@lead-gateway/document-check"
import { type FieldPath, parsePath } from "@lead-gateway/lead-field"
import type { ProfileData } from "../Profile.ts"
import { type Field, type FieldTree, fieldTreeOf } from "./FieldTree.ts"
import { formOf, type Options, optionsOf, plainWords } from "./forms.ts"
import { Overlaps } from "./Overlaps.ts"
import { isPostalCountry, postalCountries } from "./postalCode.ts"
import { cleanFold } from "./text.ts"

/** Checks the declared fields of a profile and makes them ready. */
export const compileFields = (profile: ProfileData, report: Report): FieldTree => {
  const overlaps = new Overlaps()
  const fields: Array<readonly [FieldPath, Field]> = []
  for (const [text, declaration] of Object.entries(profile.fields ?? {})) {
    const at = ["fields", text] as const
    const path = parsePath(text) ?? []
    const other = overlaps.add(path, text)
    const options = optionsOf(declaration)
    if (other !== undefined) {
      report(at, declaration, `a field apart from ${other}: neither the same, inside nor around`)
    }
    const isReady = reportOptions(options, profile, (key, found, allowed) =>
      report([...at, ...key], found, allowed),
    )
    if (other === undefined && isReady)
      fields.push([path, { kind: options.kind, form: formOf(options, profile) }])
  }
  reportIndices(profile, report)
  return fieldTreeOf(fields)
}

/** Tells of what a schema cannot know of the options. */
const reportOptions = (options: Options, profile: ProfileData, report: Report): boolean => {
  if (options.kind === "postal_code" && options.country === undefined) {
    if (isPostalCountry(profile.default_country)) return true
    report(["country"], undefined, `one of ${postalCountries.join(", ")}: default_country is none of them`)
    return false
  }
  if (options.kind !== "boolean") return true
  const meanings = new Map(plainWords)
  let isRight = true
  for (const [key, meaning] of [
    ["yes", true],
    ["no", false],
  ] as const) {
    for (const [index, word] of (options[key] ?? []).entries()) {
      const fold = cleanFold(word)
      if ((meanings.get(fold) ?? meaning) === meaning) meanings.set(fold, meaning)
      else {
        isRight = false
        report([key, index], word, `a word that does not mean ${meaning ? "no" : "yes"}`)
      }
    }
  }
  return isRight
}

/** Every item of a list, or single ones: of both, nobody could say which is meant. */
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
    if (isBeside) report(["fields", text], declaration, "a field that is not in an item which * means too")
  }
}
