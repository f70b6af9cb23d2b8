import { assert, describe, it } from "@effect/vitest"
import { stringify } from "@lead-gateway/lossless-json"
import { normalize } from "@lead-gateway/normalizer"
import { payloadIn, profileWith } from "./support.ts"

const profile = profileWith({
  fields: { phone: "phone", "house.is_owner": "boolean", note: "text" },
  aliases: {
    phone: ["Phone", "kontakt.Telefon", "questions.Wie ist Ihre Telefonnummer?"],
    "house.is_owner": ["questions.Sind Sie Eigentümer?", "owner"],
    "house.area": ["questions.Wie groß ist Ihr Dach?"],
    note: ["Bemerkung", "comment"],
    person: ["kunde"],
    __proto__x: ["p"],
  },
  answer_lists: [{ path: "questions", question: "question", answer: "answer" }],
})

const normalized = (text: string) => stringify(normalize(profile, payloadIn(text)).payload)
/** The normalised payload, after checking that normalising it again changes nothing. */
const settled = (text: string) => {
  const once = normalized(text)
  assert.strictEqual(normalized(once), once)
  return once
}

describe("an alias", () => {
  it("moves a source's field to ours and brings it into form", () => {
    assert.strictEqual(
      settled('{"kontakt":{"Telefon":"0171 2345678","x":1}}'),
      '{"kontakt":{"x":1},"phone":"+491712345678"}',
    )
    assert.strictEqual(settled('{"kunde":{"a":" b"}}'), '{"person":{"a":"b"}}')
  })

  it("takes the answer to a question by its text, from a map and from a list", () => {
    assert.strictEqual(
      settled('{"questions":{"Sind Sie Eigentümer?":"ja","Und?":"x"}}'),
      '{"questions":{"Und?":"x"},"house":{"is_owner":true}}',
    )
    assert.strictEqual(
      settled(
        '{"questions":[{"question":"Und?","answer":"x"},{"id":1,"question":"Sind Sie Eigentümer?","answer":"nein"}]}',
      ),
      '{"questions":[{"question":"Und?","answer":"x"},{"id":1,"question":"Sind Sie Eigentümer?"}],"house":{"is_owner":false}}',
    )
  })

  it("compares keys and questions letter case, white space, composition and what stands behind aside", () => {
    for (const question of [
      "sind sie  EIGENTÜMER ? *",
      "Sind Sie Eigentu\\u0308mer:",
      "\\u00a0Sind Sie\\u200b Eigentümer",
    ]) {
      assert.strictEqual(
        settled(`{"Questions":{"${question}":"1"}}`),
        '{"Questions":{},"house":{"is_owner":true}}',
      )
      assert.include(
        normalized(`{"questions":[{"question":"${question}","answer":"1"}]}`),
        '"house":{"is_owner":true}',
      )
    }
    assert.strictEqual(settled('{"PHONE":"0171 2345678"}'), '{"phone":"+491712345678"}')
    assert.strictEqual(
      settled('{"questions":{"Sind Sie Eigentümer!":"1"}}'),
      '{"questions":{"Sind Sie Eigentümer!":"1"}}',
    )
  })

  it("overwrites nothing that is there, and replaces what is missing", () => {
    assert.strictEqual(
      settled('{"phone":"7","owner":"ja","house":{"is_owner":false}}'),
      '{"phone":"7","owner":"ja","house":{"is_owner":false}}',
    )
    assert.strictEqual(
      settled('{"house":{"is_owner":" ","a":1},"owner":"ja"}'),
      '{"house":{"is_owner":true,"a":1}}',
    )
    assert.strictEqual(settled('{"house":null,"owner":"ja"}'), '{"house":{"is_owner":true}}')
    for (const house of ['"x"', "7", "[]", '[{"is_owner":null}]']) {
      assert.strictEqual(settled(`{"house":${house},"owner":"ja"}`), `{"house":${house},"owner":"ja"}`)
    }
  })

  it("takes the first of its sources that is not missing", () => {
    assert.strictEqual(
      settled('{"questions":{"Sind Sie Eigentümer?":" "},"owner":"ja"}'),
      '{"questions":{"Sind Sie Eigentümer?":""},"house":{"is_owner":true}}',
    )
    assert.strictEqual(settled('{"comment":"b","Bemerkung":"a"}'), '{"comment":"b","note":"a"}')
  })

  it("sees what is missing through the form of our field", () => {
    assert.strictEqual(
      settled('{"phone":"n/a","PHONE":"unbekannt","kontakt":{"Telefon":"110"}}'),
      '{"phone":"110","PHONE":"unbekannt","kontakt":{}}',
    )
    assert.strictEqual(
      settled('{"note":"\\u200b","Bemerkung":"\\u200b","comment":"c"}'),
      '{"note":"c","Bemerkung":""}',
    )
    assert.strictEqual(settled('{"phone":true,"Phone":{"a":1}}'), '{"phone":{"a":1}}')
    assert.strictEqual(
      settled('{"phone":{"a":1},"Phone":"0171 2345678"}'),
      '{"phone":{"a":1},"Phone":"0171 2345678"}',
    )
    assert.strictEqual(settled('{"person":"\\u200b","kunde":1}'), '{"person":1}')
    assert.strictEqual(settled('{"house":"\\u2060","owner":"ja"}'), '{"house":{"is_owner":true}}')
  })

  it("takes the key that is spelled as in the profile, else the smallest, whatever the order of keys", () => {
    assert.strictEqual(settled('{"PHONE":"1 10","Phone":"112"}'), '{"PHONE":"1 10","phone":"112"}')
    assert.strictEqual(settled('{"phonE":"112","PHONE":"110"}'), '{"phonE":"112","phone":"110"}')
    assert.strictEqual(
      settled(
        '{"questions":[{"question":"Wie groß ist Ihr Dach?"},{"question":"WIE GROß IST IHR DACH","answer":"1"},{"question":"Wie groß ist Ihr Dach?","answer":"2"}]}',
      ),
      '{"questions":[{"question":"Wie groß ist Ihr Dach?"},{"question":"WIE GROß IST IHR DACH"},{"question":"Wie groß ist Ihr Dach?","answer":"2"}],"house":{"area":"1"}}',
    )
  })

  it("leads through lists by index, but takes no item out of one", () => {
    const indexed = profileWith({ aliases: { a: ["list.0.a"], b: ["other.1"] } })
    const { payload } = normalize(indexed, payloadIn('{"list":[{"a":1,"c":2}],"other":[3,4]}'))
    assert.strictEqual(stringify(payload), '{"list":[{"c":2}],"other":[3,4],"a":1}')
  })

  it("takes a list of one answer for that answer", () => {
    const facebook = profileWith({
      fields: { email: "email" },
      aliases: { email: ["field_data.email"], roofs: ["field_data.Dächer"] },
      answer_lists: [{ path: "field_data", question: "name", answer: "values" }],
    })
    const { payload } = normalize(
      facebook,
      payloadIn('{"field_data":[{"name":"email","values":["A@b.de"]},{"name":"dächer","values":["1","2"]}]}'),
    )
    assert.strictEqual(
      stringify(payload),
      '{"field_data":[{"name":"email"},{"name":"dächer"}],"email":"a@b.de","roofs":["1","2"]}',
    )
  })

  it("takes an empty list of answers for none, and a null in it too", () => {
    const facebook = profileWith({
      aliases: { zip: ["field_data.post_code", "field_data.plz"] },
      answer_lists: [{ path: "field_data", question: "name", answer: "values" }],
    })
    for (const none of ["[]", "[null]", '[" "]', "null"]) {
      const data = `{"field_data":[{"name":"post_code","values":${none}},{"name":"plz","values":["66123"]}]}`
      assert.strictEqual(normalize(facebook, payloadIn(data)).payload["zip"], "66123", none)
      const alone = payloadIn(`{"field_data":[{"name":"post_code","values":${none}}]}`)
      assert.notProperty(normalize(facebook, alone).payload, "zip", none)
    }
  })

  it("is moved, however many keys its source has beside it", () => {
    // What takes the square of the length or more would not end within the time that a test has.
    const names = Array.from({ length: 2000 }, (_, index) => `f${index}`)
    const many = profileWith({
      aliases: Object.fromEntries(names.map((name) => [`ours.${name}`, [`questions.${name}`]])),
    })
    const questions = Object.fromEntries(Array.from({ length: 40_000 }, (_, index) => [`f${index}`, "x"]))
    const { payload } = normalize(many, { questions })
    assert.strictEqual(Object.keys(payload["ours"] as object).length, 2000)
    assert.strictEqual(Object.keys(payload["questions"] as object).length, 38_000)
    assert.strictEqual(Object.keys(questions).length, 40_000)
  })

  it("finds questions and answers inside the items of a list", () => {
    const typeform = profileWith({
      aliases: { email: [String.raw`form\.response.answers.Ihre E-Mail`] },
      answer_lists: [
        { path: String.raw`form\.response.answers`, question: "field.title", answer: "choice.label" },
      ],
    })
    const { payload, changes } = normalize(
      typeform,
      payloadIn(
        '{"form.response":{"answers":[7,{"field":{"title":"Ihre E-Mail:"},"choice":{"label":"a@b.de","id":1}}]}}',
      ),
    )
    assert.strictEqual(
      stringify(payload),
      '{"form.response":{"answers":[7,{"field":{"title":"Ihre E-Mail:"},"choice":{"id":1}}]},"email":"a@b.de"}',
    )
    assert.deepStrictEqual(changes, [
      { path: "email", kind: "moved", from: String.raw`form\.response.answers.1.choice.label` },
    ])
  })

  it("reports where a value came from, and the value when asked", () => {
    const payload = payloadIn('{"kontakt":{"Telefon":"0171 2345678"}}')
    assert.deepStrictEqual(normalize(profile, payload).changes, [
      { path: "phone", kind: "moved", from: "kontakt.Telefon" },
      { path: "phone", kind: "phone" },
    ])
    assert.deepStrictEqual(normalize(profile, payload, { values: "show" }).changes, [
      {
        path: "phone",
        kind: "moved",
        from: "kontakt.Telefon",
        before: "0171 2345678",
        after: "0171 2345678",
      },
      { path: "phone", kind: "phone", before: "0171 2345678", after: "+491712345678" },
    ])
  })

  it("handles __proto__ as any other key", () => {
    const odd = profileWith({
      aliases: Object.fromEntries([
        ["__proto__.a", ["x"]],
        ["b", ["constructor.__proto__"]],
      ]),
    })
    const { payload } = normalize(odd, payloadIn('{"x":1,"constructor":{"__proto__":2}}'))
    assert.strictEqual(Object.getPrototypeOf(payload), Object.prototype)
    assert.strictEqual(stringify(payload), '{"constructor":{},"__proto__":{"a":1},"b":2}')
    const none = payloadIn('{"a":{}}')
    assert.strictEqual(normalize(odd, none).payload, none)
  })

  it("leaves the payload that came in as it was", () => {
    const payload = payloadIn('{"questions":[{"question":"Sind Sie Eigentümer?","answer":"ja"}],"house":{}}')
    const before = stringify(payload)
    normalize(profile, payload)
    assert.strictEqual(stringify(payload), before)
  })
})
