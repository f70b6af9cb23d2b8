import type { Case } from "./Case.ts"

/** Templates with a mistake. */
export const template: ReadonlyArray<Case> = [
  [null, ["template: found null, expected an object that is not a directive"]],
  [
    { a: { $fields: "x" } },
    [
      'a.$fields: found "x", expected no directive but $field, $constant, $meta, $attribute, $item, $text, $attributes, $each, $literal',
    ],
  ],
  [
    { a: { $constant: "nope" } },
    ['a.$constant: found "nope", expected the name of a constant: product.name'],
  ],
  [{ a: { $meta: "nope" } }, ['a.$meta: found "nope", expected the name of a meta value: lead_id']],
  [{ a: { $attribute: "nope" } }, ['a.$attribute: found "nope", expected nothing: there is no attribute']],
  [{ a: { $field: "x", required: "yes" } }, ['a.required: found "yes", expected true or false']],
  [
    { a: { $field: "a.*.b" } },
    [
      'a.$field: found "a.*.b", expected a path such as house.is_owner, without an empty segment or a segment *',
    ],
  ],
  [
    { a: { $each: "*", item: {} } },
    ['a.$each: found "*", expected a path such as house.is_owner, without an empty segment or a segment *'],
  ],
  [
    { a: { $text: "{a.*.b}" } },
    [
      'a.$text: found "{a.*.b}", expected a path such as {house.is_owner}, without a segment *, in every pair of braces',
    ],
  ],
  [
    { a: { $field: "" } },
    ['a.$field: found "", expected a path such as house.is_owner, without an empty segment or a segment *'],
  ],
  [{ a: { $attributes: "table" } }, ['a.$attributes: found "table", expected "list" or "object"']],
  [
    { a: { $field: "x", b: 1 } },
    ["a.b: found 1, expected no key but $field, required, default, format, unread"],
  ],
  [
    { a: { $text: "{a" } },
    ['a.$text: found "{a", expected pairs of { } and of [ ] without nesting, and a \\ before a literal one'],
  ],
  [{ $field: "a" }, ['template: found {"$field":"a"}, expected an object that is not a directive']],
  [{ a: { $each: "x" } }, ["a.item: found nothing, expected a value; the key is required"]],
]
