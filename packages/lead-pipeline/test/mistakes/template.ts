import type { Case } from "./Case.ts"

/** Templates with a mistake. */
export const template: ReadonlyArray<Case> = [
  [null, ["template: found null, allowed is an object that is no directive"]],
  [
    { a: { $fields: "x" } },
    [
      'a.$fields: found "x", allowed is no directive but $field, $constant, $meta, $attribute, $item, $text, $attributes, $each, $literal',
    ],
  ],
  [
    { a: { $constant: "nope" } },
    ['a.$constant: found "nope", allowed is the name of a constant: product.name'],
  ],
  [{ a: { $meta: "nope" } }, ['a.$meta: found "nope", allowed is the name of a meta value: lead_id']],
  [{ a: { $attribute: "nope" } }, ['a.$attribute: found "nope", allowed is nothing: there is no attribute']],
  [{ a: { $field: "x", required: "yes" } }, ['a.required: found "yes", allowed is true or false']],
  [
    { a: { $field: "" } },
    ['a.$field: found "", allowed is a path such as house.is_owner, without an empty segment'],
  ],
  [{ a: { $attributes: "table" } }, ['a.$attributes: found "table", allowed is "list" or "object"']],
  [{ a: { $field: "x", b: 1 } }, ["a.b: found 1, allowed is no key but $field, required, default, format"]],
  [
    { a: { $text: "{a" } },
    [
      'a.$text: found "{a", allowed is pairs of { } and [ ], the latter not inside each other; a \\ before one that is meant as text',
    ],
  ],
  [{ $field: "a" }, ['template: found {"$field":"a"}, allowed is an object that is no directive']],
  [{ a: { $each: "x" } }, ["a.item: found nothing, allowed is a value; the key is required"]],
]
