import type { Case } from "./Case.ts"

/** Profiles with a mistake. */
export const profile: ReadonlyArray<Case> = [
  [
    7,
    [
      "profile: found 7, expected an object with the keys version, default_country and, where needed, notation, fields, aliases, answer_lists",
    ],
  ],
  [
    { version: "1", default_country: "de" },
    ['default_country: found "de", expected the two capital letters of a country, such as DE'],
  ],
  [{ version: " ", default_country: "DE" }, ['version: found " ", expected a text that is not blank']],
  [
    { version: "default-1", default_country: "DE", fields: { phone: "telephone" } },
    [
      'fields.phone: found "telephone", expected one of email, phone, postal_code, boolean, number, date, name, text',
    ],
  ],
  [
    { version: "default-1", default_country: "DE", fields: { "a.": "phone" } },
    ['fields.a.: found "phone", expected a path such as house.is_owner as the key, without an empty segment'],
  ],
  [
    { version: "default-1", default_country: "DE", fields: { house: "name", "house.is_owner": "boolean" } },
    ['fields.house.is_owner: found "boolean", expected a path that does not overlap with house'],
  ],
  [
    {
      version: "default-1",
      default_country: "DE",
      fields: { email: "email", phone: "phone", "house.is_owner": "boolean" },
      notation: "fr",
    },
    ['notation: found "fr", expected "de" (1.234,5) or "en" (1,234.5)'],
  ],
  [
    { version: "default-1", default_country: "DE", fields: { a: { kind: "email", notation: "de" } } },
    ['fields.a.notation: found "de", expected no key but kind'],
  ],
  [
    {
      version: "default-1",
      default_country: "DE",
      fields: { email: "email", phone: "phone", "house.is_owner": "boolean" },
      aliases: { a: ["b"], b: ["a"] },
    },
    [
      'aliases.a.0: found "b", expected a path that does not overlap with b',
      'aliases.b.0: found "a", expected a path that does not overlap with a',
    ],
  ],
  [
    {
      version: "default-1",
      default_country: "DE",
      fields: { email: "email", phone: "phone", "house.is_owner": "boolean" },
      aliases: { a: [] },
    },
    ["aliases.a: found [], expected a list of one path or more"],
  ],
  [
    {
      version: "default-1",
      default_country: "DE",
      fields: { email: "email", phone: "phone", "house.is_owner": "boolean" },
      aliases: { a: ["x"], b: ["x"] },
    },
    ['aliases.b.0: found "x", expected a path that does not overlap with x'],
  ],
  [
    {
      version: "default-1",
      default_country: "DE",
      fields: { email: "email", phone: "phone", "house.is_owner": "boolean" },
      phones: ["a"],
    },
    [
      'phones: found ["a"], expected no key but $schema, version, default_country, notation, fields, aliases, answer_lists',
    ],
  ],
]
