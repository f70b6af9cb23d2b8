import type { Report } from "@lead-gateway/document-check"
import { type FieldPath, parsePath } from "@lead-gateway/lead-field"
import type { AliasSource } from "../AliasSource.ts"
import type { ProfileData } from "../ProfileData.ts"
import type { Aliases } from "./Aliases.ts"
import { type ParsedSource, parseSource } from "./aliasSource.ts"
import { apartFrom, compileAnswerLists } from "./compileAnswerLists.ts"
import { declaredAt, DisjointPaths, type FieldTree, isTree } from "./FieldTree.ts"
import { anyNumber, foldPath, isNumberedKey, numberedKey } from "./foldKey.ts"
import type { Source, SourceTree, Target } from "./SourceTree.ts"

/**
 * Checks and compiles the aliases of a profile. Aliases whose result would depend on their order are reported: fields that
 * are each other's sources, one source of two fields, paths of two fields inside each other.
 */
export const compileAliases = (
  profile: ProfileData,
  fields: FieldTree,
  report: Report,
): Aliases | undefined => {
  const { aliases = {} } = profile
  const entries = Object.entries(aliases).map(([text, sources]): Entry => {
    const path = parsePath(text) ?? []
    const parsed = sources.map((source, rank) =>
      parseSource(source, (at, ...diagnostic) => report(["aliases", text, rank, ...at], ...diagnostic)),
    )
    return { text, sources, parsed, target: { path, declared: declaredAt(fields, path) } }
  })
  const disjoint = new DisjointPaths()
  for (const entry of entries) reportTarget(entry, fields, disjoint, report)
  const sources = sourcesOf(entries, profile, disjoint, report)
  compileAnswerLists(sources, profile, fields, report)
  return entries.length === 0 ? undefined : { targets: entries.map(({ target }) => target), sources }
}

/** One alias of the profile, with its target parsed. */
interface Entry {
  readonly text: string
  readonly sources: ReadonlyArray<AliasSource>
  readonly parsed: ReadonlyArray<ParsedSource>
  readonly target: Target
}

const reportTarget = (
  { text, sources, target: { path } }: Entry,
  fields: FieldTree,
  disjoint: DisjointPaths,
  report: Report,
): void => {
  const other = disjoint.add(foldPath(path), text)
  if (path.includes("*")) report(["aliases", text], sources, withoutItems)
  else if (other !== undefined) report(["aliases", text], sources, apartFrom(other))
  else if (isInsideField(fields, path)) {
    report(["aliases", text], sources, "a field that is not inside a declared one")
  }
}

const sourcesOf = (
  entries: ReadonlyArray<Entry>,
  { answer_lists: lists = [] }: ProfileData,
  disjoint: DisjointPaths,
  report: Report,
): SourceTree => {
  const root: SourceTree = { keys: new Map() }
  for (const entry of entries) {
    const { text, sources, parsed, target } = entry
    const joined = new Set<string>()
    for (const [rank, source] of parsed.entries()) {
      const { fields, join, path } = source
      const later = parsed.slice(rank + 1).flatMap((other) => other.fields)
      const overlap = ({ folded, text }: ParsedSource["fields"][number]): string | undefined => {
        // A later source of the same field may be around an earlier one: `q{n}_phone.full`, else `q{n}_phone`.
        if (later.some((other) => isAround(other.folded, folded))) return undefined
        // Several sources of the same field may join the same fields: with a country code, else without.
        const isJoined = join !== undefined && joined.has(folded.join("\0"))
        if (join !== undefined) joined.add(folded.join("\0"))
        return isJoined ? undefined : disjointFrom(disjoint, folded, join ? [] : foldPath(target.path), text)
      }
      const expected = path.includes("*")
        ? withoutItems
        : path.some((key) => key !== key.trim())
          ? "a path without a space beside a dot: one inside a question is written \\\\."
          : path.some((key) => key.includes(anyNumber) && !isNumberedKey(key))
            ? `a key with other letters in which ${anyNumber} stands for the first number`
            : join === undefined && source.text === text
              ? "another field than the target"
              : (firstOf(fields, overlap) ??
                firstOf(fields, ({ folded }) => apartFromNumbered(folded, entry, entries)) ??
                answerDepth(source, lists))
      if (expected === undefined) addSource(root, { path, target, rank, ...(join && { join }) })
      else report(["aliases", text, rank], sources[rank], expected)
    }
  }
  return root
}

/** The first result that is not `undefined`, after all items are visited. */
const firstOf = <A>(items: ReadonlyArray<A>, f: (item: A) => string | undefined): string | undefined =>
  items.map(f).find((result) => result !== undefined)

const withoutItems = "a path without *: an alias is for one field"

/** Whether a path leads to a value around that of the other. */
const isAround = (path: FieldPath, other: FieldPath): boolean =>
  path.length < other.length && path.every((key, index) => key === other[index])

/** What is expected if a source overlaps another path. It may be its own target in another spelling (`Phone`, `phone`). */
const disjointFrom = (
  disjoint: DisjointPaths,
  source: FieldPath,
  target: FieldPath,
  text: string,
): string | undefined => {
  // The target is in the set already; its other spelling is added under a key that folding never produces.
  const isSpelling = source.length === target.length && source.every((key, i) => key === target[i])
  const other = disjoint.add(isSpelling ? ["\0", ...source] : source, text)
  if (other === undefined) return undefined
  const isSame = foldPath(parsePath(other) ?? []).join("\0") === source.join("\0")
  return isSame && other !== text
    ? `another field than ${other}: letter case and a ? : * at the end are ignored`
    : apartFrom(other)
}

/** What is expected if a source with `{n}` overlaps a path of another field, such as `q{n}_name` and `q3_name`. */
const apartFromNumbered = (
  source: FieldPath,
  own: Entry,
  entries: ReadonlyArray<Entry>,
): string | undefined => {
  if (!source.some((key) => key.includes(anyNumber))) return undefined
  const overlaps = (folded: FieldPath): boolean =>
    folded.every((key, index) => {
      const inSource = source[index]
      return inSource === undefined || key === inSource || numberedKey(key) === inSource
    })
  for (const { parsed, target, text } of entries) {
    const fields = text === own.text ? [] : parsed.flatMap(({ fields }) => fields)
    const other = [{ text, folded: foldPath(target.path) }, ...fields].find(({ folded }) => overlaps(folded))
    if (other !== undefined) return apartFrom(other.text)
  }
  return undefined
}

/** What is expected if a source in a list of answers is not exactly one question. */
const answerDepth = (
  { join, path }: ParsedSource,
  lists: ProfileData["answer_lists"] = [],
): string | undefined => {
  const source = foldPath(path)
  const list = lists.find(({ path }) =>
    foldPath(parsePath(path) ?? []).every((key, index) => key === source[index]),
  )
  if (list === undefined) return undefined
  if (join !== undefined) return `fields outside ${list.path}, which is a list of answers`
  return path.length === (parsePath(list.path) ?? []).length + 1
    ? undefined
    : `${list.path} and one question, with a dot between`
}

const isInsideField = (fields: FieldTree, path: FieldPath): boolean =>
  path.some((_, index) => {
    const around = index === 0 ? undefined : declaredAt(fields, path.slice(0, index))
    return around !== undefined && !isTree(around)
  })

const addSource = (root: SourceTree, source: Source): void => {
  let tree = root
  for (const key of foldPath(source.path)) {
    const inner: SourceTree = tree.keys.get(key) ?? { keys: new Map() }
    tree.keys.set(key, inner)
    if (key.includes(anyNumber)) tree.isNumbered = true
    tree = inner
  }
  if (source.join === undefined) tree.source = source
  else tree.joined = [...(tree.joined ?? []), source]
}
