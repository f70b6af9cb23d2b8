import type { Case } from "./Case.ts"

/** Mappings with a mistake. */
export const mapping: ReadonlyArray<Case> = [
  [[], ["mapping: found [], expected an object that has a definition for each attribute"]],
  [
    { a: 1 },
    [
      "a: found 1, expected an object with the keys attribute_type, is_numeric, values, min, max, required, field, default, multiple, min_items, max_items, synonyms, ignore_case, format, unread",
    ],
  ],
  [
    { a: { attribute_type: "text", is_numeric: false, values: null, field: "a.*.b" } },
    [
      'a.field: found "a.*.b", expected a path such as house.is_owner, without an empty segment or a segment *',
    ],
  ],
  [
    { a: { attribute_type: "select", is_numeric: false, values: ["a", "b"] } },
    ['a.attribute_type: found "select", expected "text", "dropdown" or "range"'],
  ],
  [
    { a: { attribute_type: "text" } },
    [
      "a.is_numeric: found nothing, expected true or false; the key is required",
      "a.values: found nothing, expected a list of values, or null; the key is required",
    ],
  ],
  [
    { a: { attribute_type: "dropdown", is_numeric: false, values: "a" } },
    ['a.values: found "a", expected a list of values, or null'],
  ],
  [
    { a: { attribute_type: "dropdown", is_numeric: false, values: ["a", ""] } },
    ['a.values.1: found "", expected a text that is not blank, or a number'],
  ],
  [
    { a: { attribute_type: "range", is_numeric: true, values: null, min: 9, max: 1 } },
    ["a.min: found 9, expected a number up to max, which is 1"],
  ],
  [
    { a: { attribute_type: "dropdown", is_numeric: false, values: ["a", "b"], min: 1 } },
    ["a.min: found 1, expected no min: only a range has one, and this is a dropdown"],
  ],
  [
    { a: { attribute_type: "dropdown", is_numeric: false, values: ["a", "b"], default: "c" } },
    ['a.default: found "c", expected a valid value of the attribute; this one is not_an_allowed_value'],
  ],
  [
    { a: { attribute_type: "dropdown", is_numeric: false, values: ["a", "b"], synonyms: { yes: "c" } } },
    ['a.synonyms.yes: found "c", expected one of values: "a", "b"'],
  ],
  [
    { a: { attribute_type: "dropdown", is_numeric: "no", values: ["a", "b"] } },
    ['a.is_numeric: found "no", expected true or false'],
  ],
  [
    { a: { attribute_type: "dropdown", is_numeric: false, values: ["a", "b"], colour: 1 } },
    [
      "a.colour: found 1, expected no key but attribute_type, is_numeric, values, min, max, required, field, default, multiple, min_items, max_items, synonyms, ignore_case, format, unread",
    ],
  ],
]
