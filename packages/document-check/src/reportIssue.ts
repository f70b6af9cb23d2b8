import type { SchemaAST } from "effect"
import * as Predicate from "effect/Predicate"
import * as SchemaIssue from "effect/SchemaIssue"
import type { Report } from "./Report.ts"

/**
 * Reports what a schema found wrong in a document.
 *
 * Decode with `{ errors: "all", onExcessProperty: "error" }`, so that the issue holds every mistake, unknown keys
 * too. What is expected comes from the schema's messages, without a leading `Expected `: annotate a type or a check
 * with `{ message: "Expected a text that is not blank" }` to say it in the words of the document's author.
 */
export const reportIssue = (report: Report, document: unknown, issue: SchemaIssue.Issue): void => {
  const format = SchemaIssue.makeFormatterStandardSchemaV1({ leafHook: leafHook(requiredIn(issue)) })
  for (const { path = [], message } of format(issue).issues) {
    const keys = path.map(String)
    report(keys, keys.reduce(childOf, document), message.replace(/^Expected /, ""))
  }
}

const leafHook =
  (required: ReadonlyMap<SchemaIssue.Issue, string>): SchemaIssue.LeafHook =>
  (issue) => {
    if (issue._tag === "MissingKey") return `${required.get(issue) ?? "a value"}; the key is required`
    if (issue._tag === "UnexpectedKey" && issue.ast._tag === "Objects") {
      return `no key but ${issue.ast.propertySignatures.map(({ name }) => String(name)).join(", ")}`
    }
    return SchemaIssue.defaultLeafHook(issue)
  }

/** What each missing key would have to hold: the object around it knows, the issue of the key does not. */
const requiredIn = (issue: SchemaIssue.Issue): ReadonlyMap<SchemaIssue.Issue, string> => {
  const required = new Map<SchemaIssue.Issue, string>()
  const visit = (issue: SchemaIssue.Issue): void => {
    if (issue._tag === "Composite" && issue.ast._tag === "Objects") {
      for (const child of issue.issues) {
        const words = child._tag === "Pointer" ? wordsOfKey(issue.ast, child.path[0]) : undefined
        if (child._tag === "Pointer" && words !== undefined) required.set(child.issue, words)
      }
    }
    if ("issues" in issue) issue.issues.forEach(visit)
    if ("issue" in issue) visit(issue.issue)
  }
  visit(issue)
  return required
}

const wordsOfKey = ({ propertySignatures }: SchemaAST.Objects, key: unknown): string | undefined => {
  const type = propertySignatures.find(({ name }) => name === key)?.type
  const message = type?.checks?.at(-1)?.annotations?.["message"] ?? type?.annotations?.["message"]
  return typeof message === "string" ? message : undefined
}

/** Own properties alone, so that a key such as `__proto__` leads to what the document says and nowhere else. */
const childOf = (value: unknown, key: string): unknown =>
  Predicate.isObjectOrArray(value) && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined
