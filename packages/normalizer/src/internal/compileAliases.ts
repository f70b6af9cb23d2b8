import type { Report } from "@lead-gateway/document-check"
import { type FieldPath, parsePath } from "@lead-gateway/lead-field"
import type { ProfileData } from "../ProfileData.ts"
import { type Aliases, foldPath, type SourceTree, type Target } from "./Aliases.ts"
import { declaredAt, DisjointPaths, type FieldTree, isTree } from "./FieldTree.ts"

/**
 * Checks and compiles the aliases of a profile. Aliases whose result would depend on their order are reported: fields that
 * are each other's sources, one source of two fields, paths inside each other.
 */
export const compileAliases = (
  profile: ProfileData,
  fields: FieldTree,
  report: Report,
): Aliases | undefined => {
  const { aliases = {} } = profile
  const entries = Object.entries(aliases).map(([text, sources]): Entry => {
    const path = parsePath(text) ?? []
    return { text, sources, target: { path, declared: declaredAt(fields, path) } }
  })
  const disjoint = new DisjointPaths()
  for (const entry of entries) reportTarget(entry, fields, disjoint, report)
  const sources = sourcesOf(entries, profile, disjoint, report)
  addAnswerLists(sources, profile, fields, report)
  return entries.length === 0 ? undefined : { targets: entries.map(({ target }) => target), sources }
}

/** One alias of the profile, with its target parsed. */
interface Entry {
  readonly text: string
  readonly sources: ReadonlyArray<string>
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
  for (const { text, sources, target } of entries) {
    for (const [rank, source] of sources.entries()) {
      const path = parsePath(source) ?? []
      const folded = foldPath(path)
      const expected = path.includes("*")
        ? withoutItems
        : path.some((key) => key !== key.trim())
          ? "a path without a space beside a dot: one inside a question is written \\\\."
          : source === text
            ? "another field than the target"
            : (disjointFrom(disjoint, folded, foldPath(target.path), source) ?? answerDepth(folded, lists))
      if (expected === undefined) addNode(root, folded).source = { path, target, rank }
      else report(["aliases", text, rank], source, expected)
    }
  }
  return root
}

const addAnswerLists = (
  sources: SourceTree,
  { answer_lists: lists = [] }: ProfileData,
  fields: FieldTree,
  report: Report,
): void => {
  const disjoint = new DisjointPaths()
  for (const [index, list] of lists.entries()) {
    const at = ["answer_lists", index] as const
    const [path = [], question = [], answer = []] = [list.path, list.question, list.answer].map(parsePath)
    const tree = treeAt(sources, foldPath(path))
    const other = disjoint.add(foldPath(path), list.path)
    if (other !== undefined) report([...at, "path"], list.path, apartFrom(other))
    else if (tree === undefined) {
      report([...at, "path"], list.path, "a list from which an alias takes an answer")
    } else tree.answers = { question, answer }
    if (areOverlapping(question, answer)) report([...at, "answer"], list.answer, apartFrom(list.question))
    if (isDeclaredInItems(fields, path, question)) {
      report([...at, "question"], list.question, "a field that is not declared in fields")
    }
  }
}

const withoutItems = "a path without *: an alias is for one field"

const apartFrom = (other: string): string => `a path that does not overlap with ${other}`

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

/** What is expected if a source in a list of answers is not exactly one question. */
const answerDepth = (source: FieldPath, lists: ProfileData["answer_lists"] = []): string | undefined => {
  const list = lists.find(({ path }) =>
    foldPath(parsePath(path) ?? []).every((key, index) => key === source[index]),
  )
  return list === undefined || source.length === (parsePath(list.path) ?? []).length + 1
    ? undefined
    : `${list.path} and one question, with a dot between`
}

const isInsideField = (fields: FieldTree, path: FieldPath): boolean =>
  path.some((_, index) => {
    const around = index === 0 ? undefined : declaredAt(fields, path.slice(0, index))
    return around !== undefined && !isTree(around)
  })

const isDeclaredInItems = (fields: FieldTree, list: FieldPath, path: FieldPath): boolean => {
  const declared = declaredAt(fields, list)
  return (
    isTree(declared) &&
    [...declared.keys.values()].some((item) => isTree(item) && declaredAt(item, path) !== undefined)
  )
}

const areOverlapping = (a: FieldPath, b: FieldPath): boolean => {
  const disjoint = new DisjointPaths()
  disjoint.add(a, "")
  return disjoint.add(b, "") !== undefined
}

const addNode = (root: SourceTree, path: FieldPath): SourceTree => {
  let tree = root
  for (const key of path) {
    const inner: SourceTree = tree.keys.get(key) ?? { keys: new Map() }
    tree.keys.set(key, inner)
    tree = inner
  }
  return tree
}

const treeAt = (root: SourceTree, path: FieldPath): SourceTree | undefined => {
  let tree: SourceTree | undefined = root
  for (const key of path) tree = tree?.keys.get(key)
  return tree?.source === undefined ? tree : undefined
}
