/** Everything that is wrong with a draft: no JSON, against its schema, or refused by the gateway; each at its place. */
import type { JsonSchema } from "./completion.ts"
import { JsonMistake, type JsonNode, parseTree, positionOf } from "./jsonTree.ts"
import { faultsOf } from "./schemaFaults.ts"

/** One thing that is wrong. */
export interface Problem {
  /** Where it is in the text. Both undefined: it is not about this text. */
  readonly from: number | undefined
  readonly to: number | undefined
  readonly line: number | undefined
  readonly column: number | undefined
  readonly message: string
}

/** What is found of a text. */
export interface Diagnosis {
  /** Undefined where the text is no JSON. */
  readonly tree: JsonNode | undefined
  readonly problems: ReadonlyArray<Problem>
}

/** The most problems of a document: nobody reads more. */
const most = 100

/** Reads a draft. Where it is no JSON, that is the one problem; without a schema there is none but that. */
export const diagnose = (text: string, schema: JsonSchema | undefined): Diagnosis => {
  const tree = parseTree(text)
  if (tree instanceof JsonMistake) {
    return {
      tree: undefined,
      problems: [problemAt(text, tree.at, tree.at + 1, `Not JSON: ${tree.message}.`)],
    }
  }
  const problems = [...repeated(tree), ...(schema === undefined ? [] : faultsOf(schema, tree))]
    .toSorted((one, other) => one.from - other.from)
    .slice(0, most)
    .map(({ from, message, to }) => problemAt(text, from, to, withPath(pathTo(tree, from), message)))
  return { tree, problems }
}

const problemAt = (text: string, from: number, to: number, message: string): Problem => ({
  from,
  to: Math.min(to, text.length),
  ...positionOf(text, from),
  message,
})

const withPath = (path: string, message: string): string => (path === "" ? message : `${path}: ${message}`)

/** The path of the innermost value at a place, as the gateway writes it: `rules.0.pattern`. */
const pathTo = (node: JsonNode, at: number): string => {
  const [step] = entriesOf(node).filter(([, value]) => value.from <= at && at < value.to)
  if (step === undefined) return ""
  const rest = pathTo(step[1], at)
  return rest === "" ? step[0] : `${step[0]}.${rest}`
}

const entriesOf = (node: JsonNode): ReadonlyArray<readonly [string, JsonNode]> => {
  if (node.kind === "object") return node.members.map(({ name, value }) => [name, value])
  return node.kind === "list" ? node.items.map((item, index) => [String(index), item]) : []
}

/** Names that an object has twice: one of the two values is lost. */
const repeated = (node: JsonNode): ReadonlyArray<{ from: number; to: number; message: string }> => {
  if (node.kind === "list") return node.items.flatMap(repeated)
  if (node.kind !== "object") return []
  const seen = new Set<string>()
  return node.members.flatMap(({ from, name, to, value }) => {
    const isAgain = seen.has(name)
    seen.add(name)
    const message = `${JSON.stringify(name)} is here twice: only one of its values would count`
    return [...(isAgain ? [{ from, to, message }] : []), ...repeated(value)]
  })
}

/**
 * The problems of an answer 422, each at its place. Its lines are such as
 * `rules: rules.0.pattern: found 5, expected a text`; one about another document than `part` has no place here.
 */
export const refusals = (error: string, part: string, text: string): ReadonlyArray<Problem> => {
  const tree = parseTree(text)
  return error.split("\n").map((line) => {
    const own = line.startsWith(`${part}: `) ? line.slice(part.length + 2) : undefined
    const place = own === undefined || tree instanceof JsonMistake ? undefined : placeIn(tree, own)
    return place === undefined
      ? { from: undefined, to: undefined, line: undefined, column: undefined, message: own ?? line }
      : problemAt(text, place.from, place.to, own ?? line)
  })
}

/** The place that a line begins with: `rules.0.pattern: found …`. What is missing is where it would have to be. */
const placeIn = (tree: JsonNode, line: string): { from: number; to: number } => {
  const end = line.indexOf(": ")
  const path = end < 0 ? "" : line.slice(0, end)
  let node = tree
  let rest = path
  while (rest !== "") {
    const next = stepInto(node, rest)
    if (next === undefined) break
    node = next.node
    rest = rest.slice(next.length)
  }
  return rest === "" && node.kind !== "object" && node.kind !== "list"
    ? node
    : { from: node.from, to: node.from + 1 }
}

/** The value behind the first key of a path. A key may have dots, so the longest that fits is meant. */
const stepInto = (
  node: JsonNode,
  path: string,
): { readonly node: JsonNode; readonly length: number } | undefined => {
  const [found] = entriesOf(node)
    .filter(([key]) => path === key || path.startsWith(`${key}.`))
    .toSorted(([one], [other]) => other.length - one.length)
  return found && { node: found[1], length: Math.min(found[0].length + 1, path.length) }
}
