import type { Case } from "./Case.ts"

/** Rule sets with a mistake. */
export const rules: ReadonlyArray<Case> = [
  [[], ["rule set: found [], expected an object with the keys version, rules and, where needed, looks_at"]],
  [{ rules: [] }, ["version: found nothing, expected a text that is not blank; the key is required"]],
  [{ version: "1", rules: {} }, ["rules: found {}, expected a list of at most 10000 rules"]],
  [
    { version: "1", rules: [{ field: "zipcode", operator: "matches", pattern: "^66", reason: "NO" }] },
    [
      'rules.0.operator: found "matches", expected <operators>; or all, any or not in its place (did you mean "pattern"?)',
    ],
  ],
  [
    { version: "1", rules: [{ field: "zipcode", operator: "patern", pattern: "^66", reason: "NO" }] },
    [
      'rules.0.operator: found "patern", expected <operators>; or all, any or not in its place (did you mean "pattern"?)',
    ],
  ],
  [
    { version: "1", rules: [{ field: "zipcode", operator: "pattern", pattern: "(", reason: "NO" }] },
    ['rules.0.pattern: found "(", expected a pattern in RE2 syntax (missing closing ): `(`)'],
  ],
  [
    { version: "1", rules: [{ field: "zipcode", operator: "pattern", pattern: "(?=a)", reason: "NO" }] },
    [
      'rules.0.pattern: found "(?=a)", expected a pattern in RE2 syntax (invalid or unsupported Perl syntax: `(?=`)',
    ],
  ],
  [
    {
      version: "1",
      rules: [{ field: "zipcode", operator: "pattern", pattern: "((a{500}){500}){500}", reason: "NO" }],
    },
    [
      'rules.0.pattern: found "((a{500}){500}){500}", expected a pattern in RE2 syntax (its repetitions written out make 125501000 steps, 10000 at most are allowed)',
    ],
  ],
  [
    { version: "1", rules: [{ field: "zipcode", operator: "pattern", pattern: "^66", reason: "no code" }] },
    [
      'rules.0.reason: found "no code", expected a code such as NOT_HOMEOWNER: A-Z, 0-9 and _, a letter first, at most 64 characters',
    ],
  ],
  [
    {
      version: "1",
      rules: [{ field: "zipcode", operator: "pattern", pattern: "^66", reason: "NO", reasn: "NO" }],
    },
    [
      'rules.0.reasn: found "NO", expected no key but field, operator, pattern, optional, reason, id, message, severity',
    ],
  ],
  [
    { version: "1", rules: [{ field: "a.*.b", operator: "present", reason: "NO" }] },
    [
      'rules.0.field: found "a.*.b", expected a path such as house.is_owner, without an empty segment or a segment *',
    ],
  ],
  [
    { version: "1", rules: [{ field: "a..b", operator: "pattern", pattern: "^66", reason: "NO" }] },
    [
      'rules.0.field: found "a..b", expected a path such as house.is_owner, without an empty segment or a segment *',
    ],
  ],
  [
    { version: "1", rules: [{ field: "a", operator: "one_of", values: [], reason: "NO" }] },
    ["rules.0.values: found [], expected a list of texts, numbers, true and false, with at least one item"],
  ],
  [
    { version: "1", rules: [{ field: "a", operator: "range", min: 5, max: 1, reason: "NO" }] },
    ["rules.0.max: found 1, expected at least min, which is 5"],
  ],
  [
    { version: "1", rules: [{ field: "a", operator: "range", reason: "NO" }] },
    [
      'rules.0: found {"field":"a","operator":"range","reason":"NO"}, expected a condition with at least one of the keys min, max, above, below, integer, allow_text',
    ],
  ],
  [
    { version: "1", rules: [{ field: "a", operator: "date", from: "2026-02-30", reason: "NO" }] },
    [
      'rules.0.from: found "2026-02-30", expected a date such as 2026-03-31, or a date and time such as 2026-03-31T14:30:00+02:00',
    ],
  ],
  [
    { version: "1", rules: [{ field: "a", operator: "date", min_age: "18", reason: "NO" }] },
    [
      'rules.0.min_age: found "18", expected a whole number and a unit: minutes, hours, days, weeks, months or years, such as 18 years',
    ],
  ],
  [
    { version: "1", rules: [{ field: "a", operator: "zip", ranges: ["66999-66000"], reason: "NO" }] },
    [
      'rules.0.ranges.0: found "66999-66000", expected a range such as "66000-66999": as many digits on both sides, at most 10, the lower first',
    ],
  ],
  [
    { version: "1", rules: [{ any: [], reason: "NO" }] },
    ["rules.0.any: found [], expected a list of conditions with at least one item"],
  ],
  [
    { version: "1", rules: [{ all: [{ field: "a", operator: "equals", value: null }], reason: "NO" }] },
    ["rules.0.all.0.value: found null, expected a text that is not blank, a finite number, true or false"],
  ],
  [
    {
      version: "1",
      rules: [{ field: "zipcode", operator: "pattern", pattern: "^66", reason: "NO", severity: "warn" }],
    },
    ['rules.0.severity: found "warn", expected "reject" or "flag"'],
  ],
  [
    {
      version: "1",
      rules: [
        { field: "zipcode", operator: "pattern", pattern: "^66", reason: "NO", id: "a" },
        { field: "zipcode", operator: "pattern", pattern: "1$", reason: "NO", id: "a" },
      ],
    },
    ['rules.1.id: found "a", expected an id of its own: rules.0 has this one'],
  ],
  [
    {
      version: "1",
      rules: [
        { field: "a", operator: "equals", value: 1, reason: "NO" },
        { field: "a", operator: "equals", value: 2, reason: "NO" },
      ],
    },
    [
      'rules.1: found {"field":"a","operator":"equals","value":2,"reason":"NO"}, expected a rule that can be met by what meets rules.0',
    ],
  ],
  [
    {
      version: "1",
      rules: [
        { field: "a", operator: "range", min: 5, reason: "NO" },
        { field: "a", operator: "range", max: 1, reason: "NO" },
      ],
    },
    [
      'rules.1: found {"field":"a","operator":"range","max":1,"reason":"NO"}, expected a rule that can be met by what meets rules.0',
    ],
  ],
  [
    { version: "1", rules: [{ not: { field: "a" }, reason: "NO" }] },
    ["rules.0.not.operator: found nothing, expected <operators>; or all, any or not in its place"],
  ],
  [
    { version: "1", rules: ["zipcode"] },
    [
      'rules.0: found "zipcode", expected a rule: an object with an operator, or with all, any or not, and a reason',
    ],
  ],
]
