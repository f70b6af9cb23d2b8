import { readFileSync } from "node:fs"
import { anyJson } from "@lead-gateway/any-json"

/** A file of the repository's `config` folder. */
export const configFile = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../../config/${name}`, import.meta.url), "utf8"))

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
