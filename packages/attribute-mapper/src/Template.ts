import { DocumentInvalid, documentProblem, makeReport, notCompiled } from "@lead-gateway/document-check"
import { isJsonObject } from "@lead-gateway/lossless-json"
import * as Result from "effect/Result"
import { reportNames, type TemplateNames } from "./internal/Node.ts"
import { compileObject, isDirective, type ObjectNode } from "./internal/templateNode.ts"
import { unreadableDocument } from "./internal/unreadableDocument.ts"
import type { TemplateDocument } from "./TemplateDocument.ts"

/**
 * An invalid template, with a diagnostic for every error in it.
 *
 * The message has one line for each diagnostic, for example
 * `lead.phone.required: found "yes", expected true or false`.
 */
export class TemplateInvalid extends DocumentInvalid("TemplateInvalid", "template") {}

declare const brand: unique symbol

/** A checked and compiled template. Only {@link compileTemplate} makes one. */
export interface Template {
  readonly [brand]: "Template"
}

/** The implementation of {@link Template}. */
class CompiledTemplate implements Template {
  declare readonly [brand]: "Template"
  readonly root: ObjectNode

  constructor(root: ObjectNode) {
    this.root = root
  }
}

/** The implementation of a template, for this package alone. Throws a `TypeError` for any other value. */
export const compiledTemplate = (template: unknown): CompiledTemplate => {
  if (template instanceof CompiledTemplate) return template
  throw notCompiled("map", "template", template, "compileTemplate")
}

/**
 * Checks and compiles a template; done once, when it is loaded.
 *
 * A template is the customer payload as JSON, with directives in the place of a lead's values. A directive is an object with
 * one key that begins with `$`, such as `{ "$field": "house.is_owner" }`; the README lists them all. Everything else is sent
 * as it is, except a top-level `$schema`, which is for editors.
 *
 * Accepts any value; that the type names one kind of it lets editors complete a document that is written in place. Fails
 * with {@link TemplateInvalid}, which reports every error: unknown directives, keys and names, wrong types, a template that
 * is not an object, contains itself or has more than 512 levels.
 */
export const compileTemplate = (
  json: TemplateDocument | {} | null | undefined,
  names?: TemplateNames,
): Result.Result<Template, TemplateInvalid> => {
  try {
    return compiled(json, names ?? {})
  } catch (error) {
    return Result.fail(new TemplateInvalid({ diagnostics: [unreadableDocument(error)] }))
  }
}

/** {@link compileTemplate}, but throws the {@link TemplateInvalid}: for templates that are part of a program. */
export const compileTemplateOrThrow = (
  json: TemplateDocument | {} | null | undefined,
  names?: TemplateNames,
): Template => Result.getOrThrow(compileTemplate(json, names))

const compiled = (json: unknown, names: TemplateNames): Result.Result<Template, TemplateInvalid> => {
  const { diagnostics, report } = makeReport()
  reportNames(report, names)
  const problem = documentProblem(json)
  if (problem !== undefined || diagnostics.length > 0) {
    if (problem !== undefined) report([], json, problem)
    return Result.fail(new TemplateInvalid({ diagnostics }))
  }
  const entries = isJsonObject(json) ? Object.entries(json).filter(([key]) => key !== "$schema") : []
  if (!isJsonObject(json) || entries.some(([key]) => isDirective(key))) {
    report([], json, "an object that is not a directive")
  } else if (Object.hasOwn(json, "$schema") && typeof json["$schema"] !== "string") {
    report(["$schema"], json["$schema"], "a text: where the JSON Schema of this document is")
  }
  const root = compileObject(entries, { path: [], report, names, insideItem: false, around: [] })
  return diagnostics.length === 0
    ? Result.succeed(new CompiledTemplate(root))
    : Result.fail(new TemplateInvalid({ diagnostics }))
}
