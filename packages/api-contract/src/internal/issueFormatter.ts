/** What is wrong with a request, in messages that complete "… must be …". */
import { SchemaAST, SchemaIssue } from "effect"

/** Makes a formatter: of each issue the message of its schema, else the framework's, which is made to fit. */
export const makeIssueFormatter = () => (issue: SchemaIssue.Issue) => ({
  issues: format(issue).issues.map((found) => ({ ...found, message: fitting(found.message) })),
})

const format = SchemaIssue.makeFormatterStandardSchemaV1({
  leafHook: (issue) =>
    issue._tag === "UnexpectedKey" && issue.ast.annotations?.["messageUnexpectedKey"] === undefined
      ? `absent: the parameters are ${namesOf(issue.ast).join(", ")}`
      : SchemaIssue.defaultLeafHook(issue),
})

/** The parameters of a query: its schema has no message of its own for those that it does not have. */
const namesOf = (ast: SchemaAST.AST): ReadonlyArray<string> =>
  SchemaAST.isObjects(ast) ? ast.propertySignatures.map(({ name }) => String(name)) : []

/** `Expected number` and `Expected an integer` as `a number` and `an integer`. */
const fitting = (message: string): string =>
  message
    .replace(/^Expected (?=(?:string|number|boolean)$)/, "a ")
    .replace(/^Expected (?=an? (?!valid JSON body$))/, "")
