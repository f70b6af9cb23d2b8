import type { Report } from "@lead-gateway/document-check"
import { type FieldPath, parsePath } from "@lead-gateway/lead-field"
import type { AnswerList } from "../AnswerList.ts"
import type { ProfileData } from "../ProfileData.ts"
import { DisjointPaths, type Field, type FieldTree, isTree } from "./FieldTree.ts"
import { foldPath } from "./foldKey.ts"
import type { Lookup, SourceTree } from "./SourceTree.ts"

/** Checks the lists of answers of a profile and adds each to the tree of sources. */
export const compileAnswerLists = (
  sources: SourceTree,
  { answer_lists: lists = [] }: ProfileData,
  fields: FieldTree,
  report: Report,
): void => {
  const disjoint = new DisjointPaths()
  for (const [index, list] of lists.entries()) {
    const reportIn: Report = (path, actual, expected) =>
      report(["answer_lists", index, ...path], actual, expected)
    const path = pathOf(list.path)
    const tree = treeAt(sources, foldPath(path))
    const other = disjoint.add(foldPath(path), list.path)
    if (path.includes("*")) reportIn(["path"], list.path, withoutItems)
    else if (other !== undefined) reportIn(["path"], list.path, apartFrom(other))
    else if (tree === undefined) {
      reportIn(["path"], list.path, "a list from which an alias takes an answer")
    } else {
      tree.answers = {
        questions: textsOf(list.question).map(pathOf),
        questionTexts: lookupOf(list.question_texts),
        answers: textsOf(list.answer).map(pathOf),
        options: lookupOf(list.options),
      }
    }
    reportPaths(list, reportIn)
    reportDeclared(list, fields, reportIn)
  }
}

/** The `expected` of a path that is equal to another, inside it or around it. */
export const apartFrom = (other: string): string => `a path that does not overlap with ${other}`

const withoutItems = "a path without *: only an answer is collected from every item of a list"

const pathOf = (text: string): FieldPath => parsePath(text) ?? []

const textsOf = (paths: string | ReadonlyArray<string>): ReadonlyArray<string> =>
  typeof paths === "string" ? [paths] : paths

const lookupOf = (lookup: AnswerList["options"]): Lookup | undefined =>
  lookup && { list: pathOf(lookup.path), id: pathOf(lookup.id), text: pathOf(lookup.text) }

/** Reports paths of questions and answers that overlap, and `*` where it means nothing. */
const reportPaths = (list: AnswerList, report: Report): void => {
  const disjoint = new DisjointPaths()
  for (const key of ["question", "answer"] as const) {
    for (const [index, text] of textsOf(list[key]).entries()) {
      const at = typeof list[key] === "string" ? [key] : [key, index]
      const path = pathOf(text)
      const other = disjoint.add(path, text)
      if (key === "question" && path.includes("*")) report(at, text, withoutItems)
      else if (path.at(-1) === "*") {
        report(at, text, "a path with a key after *: the answer of every item, or the list itself without *")
      } else if (other !== undefined) report(at, text, apartFrom(other))
    }
  }
  for (const key of ["question_texts", "options"] as const) {
    for (const [part, text] of Object.entries(list[key] ?? {})) {
      if (pathOf(text).includes("*")) report([key, part], text, withoutItems)
    }
  }
}

/**
 * Reports declared fields that decide which answer is found: normalising them would change what is found the next time.
 * These are questions, identifiers and, if they are identifiers, answers.
 */
const reportDeclared = (list: AnswerList, fields: FieldTree, report: Report): void => {
  const path = pathOf(list.path)
  const expected = "a field that is not declared in fields"
  const check = (at: ReadonlyArray<string>, text: string, full: ReadonlyArray<FieldPath>) => {
    if (
      isDeclared(
        fields,
        full.flatMap((part, index) => (index === 0 ? part : ["*", ...part])),
      )
    ) {
      report(at, text, expected)
    }
  }
  for (const text of textsOf(list.question)) check(["question"], text, [path, pathOf(text)])
  for (const key of ["id", "text"] as const) {
    const { options, question_texts: titles } = list
    if (options !== undefined) {
      check(["options", key], options[key], [[...path, "*", ...pathOf(options.path)], pathOf(options[key])])
    }
    if (titles !== undefined) {
      check(["question_texts", key], titles[key], [pathOf(titles.path), pathOf(titles[key])])
    }
  }
  if (list.options === undefined) return
  for (const text of textsOf(list.answer)) check(["answer"], text, [path, pathOf(text)])
}

/** Whether a field is declared at a path or inside its value; `*` in it matches every key. */
const isDeclared = (declared: Field | FieldTree | undefined, path: FieldPath): boolean => {
  const [first, ...rest] = path
  if (declared === undefined || first === undefined) return declared !== undefined
  if (!isTree(declared)) return false
  return first === "*"
    ? [...declared.keys.values()].some((inner) => isDeclared(inner, rest))
    : isDeclared(declared.keys.get(first), rest) || isDeclared(declared.items, rest)
}

const treeAt = (root: SourceTree, path: FieldPath): SourceTree | undefined => {
  let tree: SourceTree | undefined = root
  for (const key of path) tree = tree?.keys.get(key)
  return tree?.source === undefined ? tree : undefined
}
