import { readFileSync } from "node:fs"
import { anyJson } from "@lead-gateway/testkit/any-json"

/** A document of the repository's `config` folder, but for the key that editors look at. */
export const configFile = (name: string): unknown => {
  const text = readFileSync(new URL(`../../../config/${name}`, import.meta.url), "utf8")
  const { $schema: _, ...document } = JSON.parse(text) as Record<string, unknown>
  return document
}

/** JSON in which mappings, payloads and templates of a test have a chance to meet. */
export const AnyJson = anyJson({
  keys: [
    "phone",
    "house",
    "is_owner",
    "1",
    "$field",
    "$constant",
    "$meta",
    "$attributes",
    "$attribute",
    "$text",
    "$each",
    "$item",
    "$literal",
    "$else",
    "item",
    "required",
  ],
  texts: [
    "Ja",
    "5000",
    "-2.5",
    "1e3",
    "0x10",
    "phone",
    "{phone} {house}",
    "house.is_owner",
    "list",
    "object",
  ],
})
