import type { SchemaAST } from "effect"
import * as Predicate from "effect/Predicate"
import * as SchemaIssue from "effect/SchemaIssue"
import type { Report } from "./Diagnostic.ts"

/**
 * Annotates a type or a check of a schema with what is expected, as {@link reportIssue} reports it.
 *
 * Example: `Schema.Boolean.annotate(expected("true or false"))`.
 */
export const expected = (values: string): { readonly message: string } => ({
  message: `Expected ${values}`,
})

/**
 * Reports the issue with which a schema rejected a document, one diagnostic for each of its parts.
 *
 * Decode with `{ errors: "all", onExcessProperty: "error" }`, so that the issue is complete, unknown keys included. What
 * is expected is the schema's message without its leading `Expected `; set the message of a type or a check with
 * {@link expected}.
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

/** What each missing key is expected to hold. Only the issue of the object around a key has its schema. */
const requiredIn = (issue: SchemaIssue.Issue): ReadonlyMap<SchemaIssue.Issue, string> => {
  const required = new Map<SchemaIssue.Issue, string>()
  const visit = (issue: SchemaIssue.Issue): void => {
    if (issue._tag === "Composite" && issue.ast._tag === "Objects") {
      for (const child of issue.issues) {
        const message = child._tag === "Pointer" ? expectedOfKey(issue.ast, child.path[0]) : undefined
        if (child._tag === "Pointer" && message !== undefined) required.set(child.issue, message)
      }
    }
    if ("issues" in issue) issue.issues.forEach(visit)
    if ("issue" in issue) visit(issue.issue)
  }
  visit(issue)
  return required
}

const expectedOfKey = ({ propertySignatures }: SchemaAST.Objects, key: unknown): string | undefined => {
  const type = propertySignatures.find(({ name }) => name === key)?.type
  const [own, last] = [type?.annotations?.["message"], type?.checks?.at(-1)?.annotations?.["message"]]
  // The length of a list says more than that it is one; of other types the last check says only what it adds.
  const message = type?._tag === "Arrays" ? (last ?? own) : (own ?? last)
  return typeof message === "string" ? message : undefined
}

/** Reads own properties alone, so that a key such as `__proto__` never leads out of the document. */
const childOf = (value: unknown, key: string): unknown =>
  Predicate.isObjectOrArray(value) && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined
