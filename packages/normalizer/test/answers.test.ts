import { assert, describe, it } from "@effect/vitest"
import { stringify } from "@lead-gateway/lossless-json"
import { type Change, normalize, type Unread } from "@lead-gateway/normalizer"
import { payloadIn, profileWith } from "./support.ts"

/** A payload of a form, what its profile makes of it, and where such a payload is documented or was reported. */
interface Row {
  readonly title: string
  readonly profile: object
  readonly payload: string
  readonly expected: string
  /** Each change as `kind path < from`; those to the form of a field are left out. */
  readonly reported?: ReadonlyArray<string>
  readonly unread?: ReadonlyArray<Unread>
  readonly source: string
}

const typeform = {
  aliases: { zip: ["answers.plz"], offer: ["answers.Angebot"], extras: ["answers.extras"] },
  answer_lists: [
    {
      path: "answers",
      question: ["field.ref", "field.id"],
      question_texts: { path: "definition.fields", id: "id", text: "title" },
      answer: [
        "text",
        "number",
        "boolean",
        "choice.label",
        "choice.other",
        "choices.labels",
        "choices.other",
      ],
    },
  ],
}

const tally = {
  aliases: { offer: ["fields.Angebot"] },
  answer_lists: [
    {
      path: "fields",
      question: ["label", "key"],
      answer: "value",
      options: { path: "options", id: "id", text: "text" },
    },
  ],
}

const heyflow = (answer: unknown) => ({
  aliases: { offer: ["fields.Angebot"] },
  answer_lists: [{ path: "fields", question: "label", answer }],
})

const options = '"options":[{"id":"o1","text":"Mieten"},{"id":"o2","text":"Kaufen"}]'

const rows: ReadonlyArray<Row> = [
  {
    title: "the key of the answer depends on its type",
    profile: typeform,
    payload:
      '{"answers":[{"type":"number","number":66123,"field":{"ref":"plz"}},{"type":"choice","choice":{"label":"Kaufen"},"field":{"ref":"angebot"}}]}',
    expected:
      '{"answers":[{"type":"number","field":{"ref":"plz"}},{"type":"choice","choice":{},"field":{"ref":"angebot"}}],"zip":66123,"offer":"Kaufen"}',
    reported: ["moved zip < answers.0.number", "moved offer < answers.1.choice.label"],
    source: "https://www.typeform.com/developers/webhooks/example-payload/",
  },
  {
    title: "a free answer where no option was chosen",
    profile: typeform,
    payload: '{"answers":[{"choice":{"other":"Leasing"},"field":{"ref":"angebot"}}]}',
    expected: '{"answers":[{"choice":{},"field":{"ref":"angebot"}}],"offer":"Leasing"}',
    source: "docs.memberjunction.org, TypeformResponseItem: choice.other",
  },
  {
    title: "options and a free answer: the one that is not moved stays and is reported",
    profile: typeform,
    payload: '{"answers":[{"choices":{"labels":["Speicher"],"other":"Balkon"},"field":{"ref":"extras"}}]}',
    expected: '{"answers":[{"choices":{"other":"Balkon"},"field":{"ref":"extras"}}],"extras":"Speicher"}',
    reported: ["moved extras < answers.0.choices.labels", "not_moved extras < answers.0.choices.other"],
    source: "docs.memberjunction.org, TypeformResponseItem: choices.other",
  },
  {
    title: "a question without a ref, by its text in the definition of the form",
    profile: typeform,
    payload:
      '{"definition":{"fields":[{"id":"a1","title":"PLZ?"},{"id":"b2","title":"Welches?"}]},"answers":[{"text":"66123","field":{"id":"a1"}},{"text":"x","field":{"id":"b2"}}]}',
    expected:
      '{"definition":{"fields":[{"id":"a1","title":"PLZ?"},{"id":"b2","title":"Welches?"}]},"answers":[{"field":{"id":"a1"}},{"text":"x","field":{"id":"b2"}}],"zip":"66123"}',
    source: "npm @trigger.dev/typeform 2.1.9: the older example of Typeform's documentation",
  },
  {
    title: "the text of an option by its identifier, one answer of a list of one",
    profile: tally,
    payload: `{"fields":[{"label":"Angebot","value":["o2"],${options}}]}`,
    expected: `{"fields":[{"label":"Angebot",${options}}],"offer":"Kaufen"}`,
    reported: ["moved offer < fields.0.value"],
    source: "https://tally.so/help/webhooks",
  },
  {
    title: "the same as a plain identifier",
    profile: tally,
    payload: `{"fields":[{"label":"Angebot","value":"o1",${options}}]}`,
    expected: `{"fields":[{"label":"Angebot",${options}}],"offer":"Mieten"}`,
    source: "https://github.com/PipedreamHQ/pipedream/issues/9129",
  },
  {
    title: "several options, in the order of the answer",
    profile: tally,
    payload: `{"fields":[{"label":"Angebot","value":["o2","o1"],${options}}]}`,
    expected: `{"fields":[{"label":"Angebot",${options}}],"offer":["Kaufen","Mieten"]}`,
    source: "https://tally.so/help/webhooks, RANKING",
  },
  {
    title: "an identifier of no option is no answer: it stays and is unread",
    profile: tally,
    payload: `{"fields":[{"label":"Angebot","value":"o9",${options}}]}`,
    expected: `{"fields":[{"label":"Angebot","value":"o9",${options}}]}`,
    reported: [],
    unread: [{ path: "fields.0.value", kind: "option" }],
    source: "https://tally.so/help/webhooks, options",
  },
  {
    title: "the known options of several are moved, the others stay and are unread",
    profile: tally,
    payload: `{"fields":[{"label":"Angebot","value":["o2","o9"],${options}}]}`,
    expected: `{"fields":[{"label":"Angebot","value":["o9"],${options}}],"offer":"Kaufen"}`,
    unread: [{ path: "fields.0.value", kind: "option" }],
    source: "https://tally.so/help/webhooks, options",
  },
  {
    title: "an answer that is an option's text already, and one to a question without options",
    profile: { ...tally, aliases: { offer: ["fields.Angebot"], name: ["fields.Name"] } },
    payload: `{"fields":[{"label":"Angebot","value":["Kaufen"],${options}},{"label":"Name","value":"Anna"}]}`,
    expected: `{"fields":[{"label":"Angebot",${options}},{"label":"Name"}],"offer":"Kaufen","name":"Anna"}`,
    source: "https://tally.so/help/webhooks, INPUT_TEXT",
  },
  {
    title: "identifiers that are numbers in one place and texts in the other",
    profile: {
      aliases: { rating: ["answers.q7"] },
      answer_lists: [
        {
          path: "answers",
          question: "question",
          answer: "option_ids",
          options: { path: "question_options", id: "id", text: "text" },
        },
      ],
    },
    payload:
      '{"answers":[{"question":"q7","option_ids":[12345678901234567890],"question_options":[{"id":"12345678901234567890","text":"Gut"}]}]}',
    expected:
      '{"answers":[{"question":"q7","question_options":[{"id":"12345678901234567890","text":"Gut"}]}],"rating":"Gut"}',
    source:
      "https://github.com/api-evangelist/linkedin, FetchFullLeadDataResponse200: multipleChoiceAnswer.options",
  },
  {
    title: "* collects the answer of every item",
    profile: heyflow("values.*.label"),
    payload:
      '{"fields":[{"label":"Angebot","values":[{"id":1,"label":"Kaufen"},{"id":2,"label":"Mieten"}]}]}',
    expected: '{"fields":[{"label":"Angebot","values":[{"id":1},{"id":2}]}],"offer":["Kaufen","Mieten"]}',
    reported: ["moved offer < fields.0.values.*.label"],
    source: "https://niro.gitbook.io/niro/integrations/webhook-api",
  },
  {
    title: "* collects one answer as that answer, and nothing from items without one",
    profile: heyflow(["values.*.answer", "values.*.label"]),
    payload: '{"fields":[{"label":"Angebot","values":[{"id":1,"label":" "},{"id":2,"label":"Mieten"},7]}]}',
    expected: '{"fields":[{"label":"Angebot","values":[{"id":1,"label":""},{"id":2},7]}],"offer":"Mieten"}',
    source:
      "https://github.com/eonpro/eonmeds-platform2025, packages/backend/src/services/webhook-mapper.service.ts",
  },
  {
    title: "an index takes one answer, and the second is reported",
    profile: heyflow("values.0.label"),
    payload: '{"fields":[{"label":"Angebot","values":[{"label":"Kaufen"},{"label":"Mieten"}]}]}',
    expected: '{"fields":[{"label":"Angebot","values":[{},{"label":"Mieten"}]}],"offer":"Kaufen"}',
    reported: ["moved offer < fields.0.values.0.label", "not_moved offer < fields.0.values.1.label"],
    source: "https://niro.gitbook.io/niro/integrations/webhook-api",
  },
  {
    title: "an item that is the answer itself becomes null, so that the others keep their index",
    profile: heyflow("values.0"),
    payload: '{"fields":[{"label":"Angebot","values":["Kaufen","Mieten"]}]}',
    expected: '{"fields":[{"label":"Angebot","values":[null,"Mieten"]}],"offer":"Kaufen"}',
    reported: ["moved offer < fields.0.values.0", "not_moved offer < fields.0.values.1"],
    source: "https://developers.facebook.com/docs/marketing-api/guides/lead-ads/retrieving, values",
  },
  {
    title: "marked answers beside all choices",
    profile: {
      aliases: { meal: ["workflowEntry.Which meal do you prefer?"] },
      answer_lists: [{ path: "workflowEntry", question: "title", answer: "markedAnswers.*.value" }],
    },
    payload:
      '{"workflowEntry":[{"title":"Which meal do you prefer?","choices":[{"value":"meat"},{"value":"dairy"}],"markedAnswers":[{"id":"d","value":"meat"}]}]}',
    expected:
      '{"workflowEntry":[{"title":"Which meal do you prefer?","choices":[{"value":"meat"},{"value":"dairy"}],"markedAnswers":[{"id":"d"}]}],"meal":"meat"}',
    source: "https://developer.connecteam.com/reference/form-submission-events",
  },
  {
    title: "the same question twice: the first is moved, the second stays and is reported",
    profile: {
      aliases: { offer: ["values.interessen"] },
      answer_lists: [{ path: "values", question: "name", answer: "value" }],
    },
    payload: '{"values":[{"name":"interessen","value":"Kaufen"},{"name":"interessen","value":"Mieten"}]}',
    expected: '{"values":[{"name":"interessen"},{"name":"interessen","value":"Mieten"}],"offer":"Kaufen"}',
    reported: ["moved offer < values.0.value", "not_moved offer < values.1.value"],
    source: "https://developers.hubspot.com/docs/api-reference/legacy/marketing/forms/v1",
  },
  {
    title:
      "two questions for one field: the less preferred stays and is reported, but not the same value again",
    profile: { aliases: { phone: ["mobile", "tel", "fax"] } },
    payload: '{"tel":"0681 1","mobile":"0171 2","fax":"0171 2"}',
    expected: '{"tel":"0681 1","fax":"0171 2","phone":"0171 2"}',
    reported: ["moved phone < mobile", "not_moved phone < tel"],
    source: "HubSpot's contact properties phone and mobilephone",
  },
  {
    title: "an object of items, by key and by the text of the question",
    profile: {
      aliases: { offer: ["fields.Angebot"], zip: ["fields.plz"] },
      answer_lists: [{ path: "fields", question: "title", answer: ["raw_value", "value"] }],
    },
    payload:
      '{"fields":{"plz":{"title":"","value":"66123","raw_value":"66123"},"field_6f":{"title":"Angebot","value":"Kaufen, Mieten","raw_value":["Kaufen","Mieten"]}}}',
    expected:
      '{"fields":{"plz":{"title":"","value":"66123"},"field_6f":{"title":"Angebot","value":"Kaufen, Mieten"}},"offer":["Kaufen","Mieten"],"zip":"66123"}',
    reported: [
      "moved offer < fields.field_6f.raw_value",
      "not_moved offer < fields.field_6f.value",
      "moved zip < fields.plz.raw_value",
    ],
    source: "Elementor Pro, Classes/Form_Record.php: get_formatted_data, advanced data",
  },
  {
    title: "an object of items beside plain answers",
    profile: {
      aliases: { email: ["f.Email"], phone: ["f.Phone"] },
      answer_lists: [{ path: "f", question: "field_label", answer: "value" }],
    },
    payload: '{"f":{"Email":{"value":"a@example.com","field_type":"email"},"Phone":"0681 1"}}',
    expected: '{"f":{"Email":{"field_type":"email"}},"email":"a@example.com","phone":"0681 1"}',
    source: "https://developers.formstack.com/docs/webhook-examples",
  },
  {
    title: "an item without an answer is not the answer itself",
    profile: {
      aliases: { zip: ["fields.plz"] },
      answer_lists: [{ path: "fields", question: "title", answer: "value" }],
    },
    payload: '{"fields":{"plz":{"title":"PLZ","value":""}}}',
    expected: '{"fields":{"plz":{"title":"PLZ","value":""}}}',
    reported: [],
    source: "Elementor Pro, Classes/Form_Record.php: an optional field that was left empty",
  },
  {
    title: "a source leads into a text that holds JSON, and {n} is the number of a question",
    profile: { aliases: { email: ["rawRequest.q{n}_email"], first: ["rawRequest.q{n}_name.first"] } },
    payload: String.raw`{"rawRequest":"{\"q12_name\":{\"first\":\"Anna\"},\"q4_email\":\"a@example.com\",\"slug\":\"submit\\/1\"}"}`,
    expected: '{"rawRequest":{"q12_name":{},"slug":"submit/1"},"email":"a@example.com","first":"Anna"}',
    reported: [
      "json rawRequest",
      "moved email < rawRequest.q4_email",
      "moved first < rawRequest.q12_name.first",
    ],
    source: "https://github.com/zulip/zulip, zerver/webhooks/jotform/fixtures/response.multipart",
  },
  {
    title: "a list of answers in a text that holds JSON",
    profile: {
      aliases: { email: ["Fields.Email"] },
      answer_lists: [{ path: "Fields", question: "Title", answer: "Value" }],
    },
    payload: String.raw`{"Fields":" [{\"Title\":\"Email\",\"Value\":\"a@example.com\"}]"}`,
    expected: '{"Fields":[{"Title":"Email"}],"email":"a@example.com"}',
    reported: ["json Fields", "moved email < Fields.0.Value"],
    source: "https://github.com/api-evangelist/wufoo, json-schema/wufoo-webhook-payload-schema.json: Fields",
  },
  {
    title: "a text that is no JSON, or from which nothing is moved, stays a text",
    profile: { aliases: { email: ["raw.email"], phone: ["pretty.phone"] } },
    payload: String.raw`{"raw":"{\"phone\":1}","pretty":"{Phone:1"}`,
    expected: String.raw`{"raw":"{\"phone\":1}","pretty":"{Phone:1"}`,
    reported: [],
    source: "https://github.com/zulip/zulip, zerver/webhooks/jotform: the field pretty",
  },
  {
    title: "a field that is an object in one form and a text in another",
    profile: {
      fields: { phone: "phone" },
      aliases: { phone: ["q{n}_tel.full", "q{n}_tel"], zip: ["p.zip.value", "p.zip"] },
    },
    payload: '{"q5_tel":"0681 123456","p":{"zip":{"value":"","versions":[]}}}',
    expected: '{"p":{"zip":{"value":"","versions":[]}},"phone":"+49681123456"}',
    reported: ["moved phone < q5_tel"],
    source: "https://developers.hubspot.com/docs/methods/workflows/webhook_information: properties.zip.value",
  },
  {
    title: "a question that is a list of texts",
    profile: {
      aliases: { name: ["fields.What's your name?"] },
      answer_lists: [{ path: "fields", question: "title.0", answer: "value" }],
    },
    payload: `{"fields":[{"title":["What's your name?"],"value":"Anna"}]}`,
    expected: `{"fields":[{"title":["What's your name?"]}],"name":"Anna"}`,
    source: "https://docs.heyform.net/integrations/webhook",
  },
]

describe("an answer", () => {
  it.each(rows)("$title", ({ expected, payload, profile, reported, unread = [] }) => {
    const compiled = profileWith(profile)
    const once = normalize(compiled, payloadIn(payload))
    assert.strictEqual(stringify(once.payload), expected)
    assert.deepStrictEqual(once.unread, unread)
    if (reported !== undefined) {
      const kinds = new Set(["moved", "not_moved", "json"])
      assert.deepStrictEqual(once.changes.filter(({ kind }) => kinds.has(kind)).map(printed), reported)
    }
    const twice = normalize(compiled, once.payload)
    assert.strictEqual(twice.payload, once.payload)
    assert.deepStrictEqual(twice.changes, [])
  })

  it("is reported with what came and what was moved", () => {
    const payload = payloadIn(`{"fields":[{"label":"Angebot","value":["o2"],${options}}]}`)
    assert.deepStrictEqual(normalize(profileWith(tally), payload, { values: "show" }).changes, [
      { path: "offer", kind: "moved", from: "fields.0.value", before: ["o2"], after: "Kaufen" },
    ])
  })

  it("is found in time in proportion to the payload, however many options and answers there are", () => {
    const many = Array.from({ length: 20_000 }, (_, index) => ({ id: `o${index}`, text: `t${index}` }))
    const value = many.map(({ id }) => id)
    const payload = { fields: [{ label: "Angebot", value, options: many }] }
    const { payload: after } = normalize(profileWith(tally), payload)
    assert.deepStrictEqual(
      after["offer"],
      many.map(({ text }) => text),
    )
    const same = Array.from({ length: 20_000 }, () => payload.fields[0]?.options[0] ?? {})
    const fields = same.map(() => ({ label: "Angebot", value: "o1", options: many.slice(0, 2) }))
    assert.strictEqual(normalize(profileWith(tally), { fields }).payload["offer"], "t1")
  })
})

const printed = ({ from, kind, path }: Change): string =>
  `${kind} ${path}${from === undefined ? "" : ` < ${from}`}`
