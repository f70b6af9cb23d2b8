import {
  DocumentInvalid,
  documentProblem,
  makeReport,
  notCompiled,
  read,
  type Report,
} from "@lead-gateway/document-check"
import { isJsonObject } from "@lead-gateway/lossless-json"
import * as Result from "effect/Result"
import { type Attribute, compileAttribute } from "./internal/attribute.ts"
import { reportContradictions } from "./internal/contradictions.ts"
import { unreadableDocument } from "./internal/unreadableDocument.ts"
import { AttributeDefinition, type MappingDocument } from "./MappingDocument.ts"

/**
 * An invalid mapping, with a diagnostic for every error in it.
 *
 * The message has one line for each diagnostic, for example
 * `solar_area.attribute_type: found "number", expected "text", "dropdown" or "range"`.
 */
export class MappingInvalid extends DocumentInvalid("MappingInvalid", "mapping") {}

declare const brand: unique symbol

/** Checked and compiled attribute definitions. Only {@link compileMapping} makes one. */
export interface Mapping {
  /** The attributes, in the order of the file (JavaScript puts names that are whole numbers first). */
  readonly names: ReadonlyArray<string>
  readonly [brand]: "Mapping"
}

/** The implementation of {@link Mapping}. */
class CompiledMapping implements Mapping {
  declare readonly [brand]: "Mapping"
  readonly names: ReadonlyArray<string>
  readonly attributes: ReadonlyArray<Attribute>
  readonly indices: ReadonlyMap<string, number>

  constructor(attributes: ReadonlyArray<Attribute>) {
    this.names = attributes.map(({ name }) => name)
    this.attributes = attributes
    this.indices = new Map(this.names.map((name, index) => [name, index]))
  }
}

/** The implementation of a mapping, for this package alone. Throws a `TypeError` of the `call` for any other value. */
export const compiledMapping = (call: string, mapping: unknown): CompiledMapping => {
  if (mapping instanceof CompiledMapping) return mapping
  throw notCompiled(call, "mapping", mapping, "compileMapping")
}

/**
 * Checks and compiles attribute definitions; done once, when they are loaded.
 *
 * Accepts any value; that the type names one kind of it lets editors complete a document that is written in place. Parse
 * files with `lossless-json`: a number that `JSON.parse` may have rounded is reported. Fails with {@link MappingInvalid},
 * which reports every error: unknown types and keys, missing keys, wrong types, a `min` above its `max`, settings without
 * effect (`values` of a text, `min` of a dropdown), a synonym of an unknown value, answers with two meanings, an invalid
 * default.
 */
export const compileMapping = (
  json: MappingDocument | {} | null | undefined,
): Result.Result<Mapping, MappingInvalid> => {
  try {
    return compiled(json)
  } catch (error) {
    return Result.fail(new MappingInvalid({ diagnostics: [unreadableDocument(error)] }))
  }
}

/** {@link compileMapping}, but throws the {@link MappingInvalid}: for mappings that are part of a program. */
export const compileMappingOrThrow = (json: MappingDocument | {} | null | undefined): Mapping =>
  Result.getOrThrow(compileMapping(json))

const compiled = (json: unknown): Result.Result<Mapping, MappingInvalid> => {
  const { diagnostics, report } = makeReport()
  const attributes: Array<Attribute> = []
  const problem = documentProblem(json)
  if (problem !== undefined) report([], json, problem)
  else if (!isJsonObject(json)) report([], json, "an object that has a definition for each attribute")
  else {
    for (const [name, definition] of Object.entries(json)) {
      if (name.startsWith("_")) continue
      if (name === "$schema") {
        if (typeof definition !== "string")
          report([name], definition, "a text: where the JSON Schema of this document is")
        continue
      }
      const inside: Report = (path, actual, expected) => report([name, ...path], actual, expected)
      const attribute = read(AttributeDefinition, definition, inside)
      if (attribute !== undefined && reportContradictions(inside, attribute)) {
        attributes.push(compileAttribute(name, attribute))
      }
    }
  }
  return diagnostics.length === 0
    ? Result.succeed(new CompiledMapping(attributes))
    : Result.fail(new MappingInvalid({ diagnostics }))
}
