import { makeReport, read, type Report } from "@lead-gateway/document-check"
import { isJsonObject } from "@lead-gateway/lossless-json"
import * as Result from "effect/Result"
import { type Attribute, compileAttribute } from "./internal/attribute.ts"
import { reportContradictions } from "./internal/contradictions.ts"
import { AttributeDefinition } from "./MappingDocument.ts"
import { MappingInvalid } from "./MappingInvalid.ts"

declare const brand: unique symbol

/** Attribute definitions that are known to be right, ready for use. Only {@link compileMapping} makes one. */
export interface Mapping {
  /** The attributes, in the order of the file (JavaScript puts names that are whole numbers first). */
  readonly names: ReadonlyArray<string>
  readonly [brand]: "Mapping"
}

/** What is behind a {@link Mapping}. */
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

/** Opens a mapping, for this package alone. */
export const opened = (mapping: Mapping): CompiledMapping => mapping as CompiledMapping

/**
 * Checks attribute definitions and makes them ready, once, when they are loaded.
 *
 * Takes any value, as `JSON.parse` gives it. Fails with {@link MappingInvalid}, which holds every mistake:
 * unknown types and keys, missing keys, wrong types, a `min` above its `max`, settings that would have no
 * effect (`values` of a text, `min` of a dropdown), a synonym of no value, a default that is not valid itself.
 */
export const compileMapping = (json: unknown): Result.Result<Mapping, MappingInvalid> => {
  const { diagnostics, report } = makeReport()
  const attributes: Array<Attribute> = []
  if (!isJsonObject(json)) report([], json, "an object that has a definition for each attribute")
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
