import { Predicate, SchemaIssue } from "effect"
import type { Report } from "./Report.ts"

/**
 * Reports what a schema found wrong in a document.
 *
 * Decode with `{ errors: "all", onExcessProperty: "error" }`, so that the issue holds every mistake, unknown keys
 * too. What is allowed comes from the schema's messages, without a leading `Expected `: annotate a type or a check
 * with `{ message: "Expected a text that is not blank" }` to say it in the words of the document's author.
 */
export const reportIssue = (report: Report, document: unknown, issue: SchemaIssue.Issue): void => {
  for (const { path = [], message } of format(issue).issues) {
    const keys = path.map(String)
    report(keys, keys.reduce(childOf, document), message.replace(/^Expected /, ""))
  }
}

const format = SchemaIssue.makeFormatterStandardSchemaV1({
  leafHook: (issue) => {
    if (issue._tag === "MissingKey") return "a value: the key is required"
    if (issue._tag === "UnexpectedKey" && issue.ast._tag === "Objects") {
      return `no key but ${issue.ast.propertySignatures.map(({ name }) => String(name)).join(", ")}`
    }
    return SchemaIssue.defaultLeafHook(issue)
  },
})

/** Own properties alone, so that a key such as `__proto__` leads to what the document says and nowhere else. */
const childOf = (value: unknown, key: string): unknown =>
  Predicate.isObjectOrArray(value) && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined
