import { makeReport } from "@lead-gateway/document-check"
import { isJsonObject, type JsonObject } from "@lead-gateway/lossless-json"
import * as Result from "effect/Result"
import type { TemplateNames } from "./internal/context.ts"
import type { Filling } from "./internal/filling.ts"
import { compileObject, isDirective } from "./internal/nodes.ts"
import { TemplateInvalid } from "./TemplateInvalid.ts"

export type { TemplateNames }

declare const brand: unique symbol

/** A template that is known to be right, ready for use. Only {@link compileTemplate} makes one. */
export interface Template {
  readonly [brand]: "Template"
}

/** Fills a template. */
type Fill = (filling: Filling) => JsonObject

/** What is behind a {@link Template}. */
class CompiledTemplate implements Template {
  declare readonly [brand]: "Template"
  readonly root: Fill

  constructor(root: Fill) {
    this.root = root
  }
}

/** Opens a template, for this package alone. */
export const opened = (template: Template): CompiledTemplate => template as CompiledTemplate

/**
 * Checks a template and makes it ready, once, when it is loaded.
 *
 * A template is the customer payload as JSON, with directives where a lead's values go. A directive is an
 * object with one key that begins with `$`, such as `{ "$field": "house.is_owner" }`; the package's README has
 * them all. Everything else stands for itself, but for a `$schema` at the top, which is for editors.
 *
 * Takes any value, as `JSON.parse` gives it. Fails with {@link TemplateInvalid}, which holds every mistake:
 * unknown directives, keys and names, wrong types, a template that is no object or nested deeper than 512.
 */
export const compileTemplate = (
  json: unknown,
  names: TemplateNames = {},
): Result.Result<Template, TemplateInvalid> => {
  const { diagnostics, report } = makeReport()
  const entries = isJsonObject(json) ? Object.entries(json).filter(([key]) => key !== "$schema") : []
  if (!isJsonObject(json) || entries.some(([key]) => isDirective(key))) {
    report([], json, "an object that is no directive")
  } else if (Object.hasOwn(json, "$schema") && typeof json["$schema"] !== "string") {
    report(["$schema"], json["$schema"], "a text: where the JSON Schema of this document is")
  }
  const root = compileObject(entries, { path: [], report, names, insideItem: false })
  return diagnostics.length === 0
    ? Result.succeed(new CompiledTemplate(root))
    : Result.fail(new TemplateInvalid({ diagnostics }))
}
