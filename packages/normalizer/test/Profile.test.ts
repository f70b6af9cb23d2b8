import { readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import { compileProfile, defaultProfile } from "@lead-gateway/normalizer"

const diagnosticsIn = (json: unknown) =>
  Result.match(compileProfile(json), {
    onSuccess: () => [],
    onFailure: ({ diagnostics }) => diagnostics.map(({ path, actual }) => `${path}: ${actual}`),
  })

const messageOf = (change: object) =>
  Result.match(compileProfile({ version: "1", default_country: "DE", ...change }), {
    onSuccess: () => "",
    onFailure: ({ message }) => message,
  })

describe("defaultProfile", () => {
  it("is the same as config/normalizer_profile.json, but for the key that editors look at", () => {
    const file = new URL("../../../config/normalizer_profile.json", import.meta.url)
    const { $schema: _, ...document } = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>
    assert.deepStrictEqual<unknown>(document, defaultProfile)
  })

  it("compiles", () => {
    assert.strictEqual(Result.getOrThrow(compileProfile(defaultProfile)).version, "default-1")
  })
})

describe("compileProfile", () => {
  it("takes a profile that declares no field", () => {
    assert.isTrue(Result.isSuccess(compileProfile({ $schema: "x", version: "1", default_country: "AT" })))
  })

  it("takes fields, aliases and answer lists of all kinds", () => {
    assert.strictEqual(
      messageOf({
        notation: "de",
        fields: {
          "contacts.*.phone": { kind: "phone", country: "AT" },
          "contacts.*.mail": "email",
          zip: "postal_code",
          "house.area": { kind: "number", units: ["m²", "qm", "€"], notation: "en" },
          born: { kind: "date", order: "month_first", two_digit_years_from: 1930 },
          owner: { kind: "boolean", yes: ["Eigentümer", "JA"], no: ["Mieter"] },
          name: { kind: "name" },
          "__proto__.constructor": "text",
        },
        aliases: {
          name: ["Name", "kunde.name", String.raw`answers.Ihr voller Name, z\.B\. Ada?`],
          "house.area": ["answers.Wie groß ist Ihr Haus?"],
          kind: ["house.Kind"],
        },
        answer_lists: [{ path: "answers", question: "field.title", answer: "text" }],
      }),
      "",
    )
  })

  it("reports every error of structure at once, with its path and the actual value", () => {
    const profile = {
      version: " ",
      default_country: "de",
      notation: "fr",
      fields: { a: "fone", "b..c": "text", d: { kind: "phone", country: "XX", notation: "de" }, e: {} },
      aliases: { "": ["x"], f: [], g: ["h", "i."], j: "k" },
      answer_lists: [{ path: "l" }, 7],
      phone: ["phone"],
    }
    assert.deepStrictEqual(diagnosticsIn(profile), [
      'phone: ["phone"]',
      'version: " "',
      'default_country: "de"',
      'notation: "fr"',
      'fields.a: "fone"',
      'fields.d.notation: "de"',
      'fields.d.country: "XX"',
      "fields.e: {}",
      "aliases.f: []",
      'aliases.g.1: "i."',
      'aliases.j: "k"',
      "answer_lists.0.question: nothing",
      "answer_lists.0.answer: nothing",
      "answer_lists.1: 7",
      'fields.b..c: "text"',
      'aliases.: ["x"]',
    ])
  })

  it.each<[object, string]>([
    [
      { default_country: "Germany" },
      'default_country: found "Germany", expected the two capital letters of a country, such as DE',
    ],
    [
      { fields: { tel: "fone" } },
      'fields.tel: found "fone", expected one of email, phone, postal_code, boolean, number, date, name, text',
    ],
    [
      { fields: { "a..b": "text" } },
      'fields.a..b: found "text", expected a path such as house.is_owner as the key, without an empty segment',
    ],
    [
      { fields: { tel: { kind: "phone", notation: "de" } } },
      'fields.tel.notation: found "de", expected no key but kind, country',
    ],
    [
      { fields: { area: { kind: "number", units: ["kWh", "2m"] } } },
      'fields.area.units.1: found "2m", expected a unit such as kWh, which begins with no digit, sign or separator',
    ],
    [
      { fields: { born: { kind: "date", two_digit_years_from: 30 } } },
      "fields.born.two_digit_years_from: found 30, expected a year from 1000 to 9900",
    ],
    [
      { fields: { owner: { kind: "boolean", yes: ["Nein", "x"], no: ["X"] } } },
      'fields.owner.yes.0: found "Nein", expected a word that does not mean no\n' +
        'fields.owner.no.0: found "X", expected a word that does not mean yes',
    ],
    [
      { default_country: "IE", fields: { zip: "postal_code" } },
      "fields.zip.country: found nothing, expected one of AT, AU, BE, BG, CA, CH, CZ, DE, DK, EE, ES, FI, FR, GB, GR, HR, HU, IT, LI, LT, LU, LV, NL, NO, PL, PT, RO, SE, SI, SK, TR, UA, US: default_country is not one of them",
    ],
    [
      { fields: { a: "text", "a.b": "text" } },
      'fields.a.b: found "text", expected a path that does not overlap with a',
    ],
    [
      { fields: { "a.b": "text", a: "text" } },
      'fields.a: found "text", expected a path that does not overlap with a.b',
    ],
    [
      { fields: { "a.*.b": "text", "a.0.c": "text" } },
      'fields.a.0.c: found "text", expected a field outside the items that * matches',
    ],
    [{ aliases: { a: ["a"] } }, 'aliases.a.0: found "a", expected another field than the target'],
    [
      { aliases: { a: ["b"], b: ["a"] } },
      'aliases.a.0: found "b", expected a path that does not overlap with b\n' +
        'aliases.b.0: found "a", expected a path that does not overlap with a',
    ],
    [
      { aliases: { a: ["x.Wann?"], b: ["X.wann"] } },
      'aliases.b.0: found "X.wann", expected another field than x.Wann?: letter case and a ? : * at the end are ignored',
    ],
    [
      { aliases: { a: ["x", "x.y", "A", "a:"] } },
      'aliases.a.1: found "x.y", expected a path that does not overlap with x\n' +
        'aliases.a.3: found "a:", expected another field than A: letter case and a ? : * at the end are ignored',
    ],
    [
      { aliases: { a: ["x"], "a.b": ["y"] } },
      'aliases.a.b: found ["y"], expected a path that does not overlap with a',
    ],
    [
      { aliases: { "a.*.b": ["x"], c: ["d.*"] } },
      'aliases.a.*.b: found ["x"], expected a path without *: an alias is for one field\n' +
        'aliases.c.0: found "d.*", expected a path without *: an alias is for one field',
    ],
    [
      {
        aliases: {
          age: ["questions.Wie alt (z.B. 10 Jahre)?", String.raw`questions.Wie alt (z\.B\. 10 Jahre)?`],
        },
      },
      'aliases.age.0: found "questions.Wie alt (z.B. 10 Jahre)?", expected a path without a space beside a dot: one inside a question is written \\\\.',
    ],
    [
      { fields: { a: "phone" }, aliases: { "a.b": ["x"] } },
      'aliases.a.b: found ["x"], expected a field that is not inside a declared one',
    ],
    [
      {
        aliases: { a: ["list.0.answer", "list.Wann?"] },
        answer_lists: [
          { path: "list", question: "q", answer: "q.a" },
          { path: "List", question: "q", answer: "a" },
          { path: "other", question: "q", answer: "a" },
        ],
      },
      'aliases.a.0: found "list.0.answer", expected list and one question, with a dot between\n' +
        'answer_lists.0.answer: found "q.a", expected a path that does not overlap with q\n' +
        'answer_lists.1.path: found "List", expected a path that does not overlap with list\n' +
        'answer_lists.2.path: found "other", expected a list from which an alias takes an answer',
    ],
    [
      {
        aliases: { a: ["x.*.Wann?"], b: ["list.Wann?"] },
        answer_lists: [
          { path: "x.*", question: "q", answer: "a" },
          {
            path: "list",
            question: ["q.*.text"],
            question_texts: { path: "d.*", id: "id", text: "text" },
            answer: ["a.*", "b.*.c", "b.*.c.d"],
            options: { path: "o", id: "*.id", text: "text" },
          },
        ],
      },
      'aliases.a.0: found "x.*.Wann?", expected a path without *: an alias is for one field\n' +
        'answer_lists.0.path: found "x.*", expected a path without *: only an answer is collected from every item of a list\n' +
        'answer_lists.1.question.0: found "q.*.text", expected a path without *: only an answer is collected from every item of a list\n' +
        'answer_lists.1.answer.0: found "a.*", expected a path with a key after *: the answer of every item, or the list itself without *\n' +
        'answer_lists.1.answer.2: found "b.*.c.d", expected a path that does not overlap with b.*.c\n' +
        'answer_lists.1.question_texts.path: found "d.*", expected a path without *: only an answer is collected from every item of a list\n' +
        'answer_lists.1.options.id: found "*.id", expected a path without *: only an answer is collected from every item of a list',
    ],
    [
      {
        fields: { "list.*.v": "text", "list.*.o.*.id": "text", "titles.*.text": "text" },
        aliases: { a: ["list.Wann?"] },
        answer_lists: [
          {
            path: "list",
            question: "q",
            question_texts: { path: "titles", id: "id", text: "text" },
            answer: ["w", "v"],
            options: { path: "o", id: "id", text: "text" },
          },
        ],
      },
      'answer_lists.0.options.id: found "id", expected a field that is not declared in fields\n' +
        'answer_lists.0.question_texts.text: found "text", expected a field that is not declared in fields\n' +
        'answer_lists.0.answer: found "v", expected a field that is not declared in fields',
    ],
    [
      { aliases: { a: ["q3_a{n}", "{n}", "q{n}_{n}"], "q3.b": ["q{n}", "r{n}"], c: ["r1"] } },
      'aliases.a.0: found "q3_a{n}", expected a key with other letters in which {n} stands for the first number\n' +
        'aliases.a.1: found "{n}", expected a key with other letters in which {n} stands for the first number\n' +
        'aliases.a.2: found "q{n}_{n}", expected a key with other letters in which {n} stands for the first number\n' +
        'aliases.q3.b.0: found "q{n}", expected a path that does not overlap with q3.b\n' +
        'aliases.q3.b.1: found "r{n}", expected a path that does not overlap with r1',
    ],
    [
      { aliases: { a: ["x.y", "x"], b: ["x.z"] } },
      'aliases.b.0: found "x.z", expected a path that does not overlap with x',
    ],
    [
      {
        fields: { "list.*.q": "phone" },
        aliases: { a: ["list.Wann?"] },
        answer_lists: [{ path: "list", question: "q", answer: "a" }],
      },
      'answer_lists.0.question: found "q", expected a field that is not declared in fields',
    ],
  ])("says of %j what is expected", (change, message) => {
    assert.strictEqual(messageOf(change), message)
  })

  it("names the keys that are missing", () => {
    assert.deepStrictEqual(diagnosticsIn({}), ["version: nothing", "default_country: nothing"])
  })

  it("is not misled by names that every object has", () => {
    assert.deepStrictEqual(diagnosticsIn({ ...defaultProfile, default_country: "constructor" }), [
      'default_country: "constructor"',
    ])
    assert.deepStrictEqual(
      diagnosticsIn(JSON.parse('{"version":"1","default_country":"DE","__proto__":{}}')),
      ["__proto__: {}"],
    )
  })

  it.prop("has an answer to any JSON", [Schema.Json], ([json]) => {
    assert.isTrue(Result.isFailure(compileProfile(json)))
    assert.isNotEmpty(diagnosticsIn(json))
  })
})
