import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import { stringify } from "@lead-gateway/lossless-json"
import { readForm } from "../src/forms.ts"
import { makePayloadReader } from "../src/payloadOf.ts"

const urlencoded = "application/x-www-form-urlencoded"

/** The JSON text of a form, or status and error of its refusal. */
const read = (body: string | Uint8Array, type = urlencoded) => {
  const result = readForm(Buffer.from(body), type)
  return Result.isSuccess(result)
    ? stringify(result.success)
    : `${result.failure.status} ${(result.failure.body as { readonly error: string }).error}`
}

const ambiguous = "400 malformed form: a name is used for a value and for fields inside it"
const deep = (depth: number) => `a${"[b]".repeat(depth - 1)}=1`

describe("an urlencoded form", () => {
  it.each([
    ["email=jane%40example.com&phone=%2B49+123", '{"email":"jane@example.com","phone":"+49 123"}'],
    ["a=1&b=&c", '{"a":"1","b":"","c":""}'],
    ["a=b=c", '{"a":"b=c"}'],
    ["=x", '{"":"x"}'],
    ["&&a=1&", '{"a":"1"}'],
    ["n%C3%A4me=M%C3%BCller", '{"näme":"Müller"}'],
    ["näme=Müller 🏡", '{"näme":"Müller 🏡"}'],
    ["a=%00", '{"a":"\\u0000"}'],
    ["a=true&b=1&c=null", '{"a":"true","b":"1","c":"null"}'],
    ["house[is_owner]=true", '{"house":{"is_owner":"true"}}'],
    ["house%5Bis_owner%5D=true&house[size]=120", '{"house":{"is_owner":"true","size":"120"}}'],
    ["a[b][c][d]=1", '{"a":{"b":{"c":{"d":"1"}}}}'],
    ["a=1&a=2&a=3", '{"a":["1","2","3"]}'],
    ["a[]=1", '{"a":["1"]}'],
    ["a[]=1&a[]=2", '{"a":["1","2"]}'],
    ["a=1&a[]=2&a=3", '{"a":["1","2","3"]}'],
    ["a[b]=1&a[b]=2", '{"a":{"b":["1","2"]}}'],
    ["a[b][]=1", '{"a":{"b":["1"]}}'],
    ["a[][b]=1&a[][b]=2", '{"a":[{"b":"1"},{"b":"2"}]}'],
    ["a[][]=1", '{"a":[["1"]]}'],
    ["a[0]=x&a[2]=z", '{"a":{"0":"x","2":"z"}}'],
    ["a[999999999]=x", '{"a":{"999999999":"x"}}'],
    ["a[b=1&a]b=2&[b]=3&a[b]c=4&a[[b]]=5", '{"a[b":"1","a]b":"2","[b]":"3","a[b]c":"4","a[[b]]":"5"}'],
    ["a.b=1", '{"a.b":"1"}'],
    ["__proto__=1&constructor=2", '{"__proto__":"1","constructor":"2"}'],
    ["__proto__[polluted]=1", '{"__proto__":{"polluted":"1"}}'],
    ["constructor[prototype][polluted]=1", '{"constructor":{"prototype":{"polluted":"1"}}}'],
    ["a[__proto__][polluted]=1&a[toString]=2", '{"a":{"__proto__":{"polluted":"1"},"toString":"2"}}'],
    ["a[length]=9", '{"a":{"length":"9"}}'],
  ])("is an object: %s", (body, json) => {
    assert.strictEqual(read(body), json)
    assert.isUndefined(({} as Record<string, unknown>)["polluted"])
  })

  it.each([
    ["", "400 malformed form"],
    ["&&&", "400 malformed form"],
    ["a=%", "400 malformed form"],
    ["a=%4", "400 malformed form"],
    ["a=%zz", "400 malformed form"],
    ["%ff=1", "400 malformed form"],
    ["a=%C3", "400 malformed form"],
    ["a=%C0%80", "400 malformed form"],
    ["a=%ED%A0%80", "400 malformed form"],
    ["a=1&a[b]=2", ambiguous],
    ["a[b]=1&a=2", ambiguous],
    ["a[]=1&a[b]=2", ambiguous],
    ["a[b]=1&a[]=2", ambiguous],
    ["a[b]=1&a[b][c]=2", ambiguous],
    [deep(513), "400 form is nested deeper than 512"],
    [`${deep(512)}&${deep(512)}`, "400 form is nested deeper than 512"],
    [`${"a=1&".repeat(10_000)}a=1`, "400 form has more than 10000 fields"],
  ])("is refused: %s", (body, error) => {
    assert.strictEqual(read(body), error)
  })

  it.each([
    ["bytes that are not UTF-8", Buffer.from([0x61, 0x3d, 0xff])],
    ["UTF-16", Buffer.from("a=1\u00e4", "utf16le")],
  ])("is refused: %s", (_, body) => {
    assert.strictEqual(read(body), "400 malformed form")
  })

  it("has the bounds of JSON: 512 levels and 10,000 fields are within them", () => {
    assert.strictEqual(read(deep(512)).match(/\{/g)?.length, 512)
    const fields = Array.from({ length: 10_000 }, (_, n) => `k${n}=${n}`).join("&")
    assert.lengthOf(Object.keys(JSON.parse(read(fields)) as object), 10_000)
  })

  it.each([
    ["charset=utf-8", "{"],
    ["charset=UTF-8", "{"],
    ['charset="utf8"', "{"],
    ["charset=us-ascii", "{"],
    ["charset=iso-8859-1", "415 unsupported media type; send forms in UTF-8"],
    ["x=y; Charset = windows-1252", "415 unsupported media type; send forms in UTF-8"],
  ])("is UTF-8: %s", (parameter, start) => {
    const text = read("a=1", `${urlencoded}; ${parameter}`)
    assert.isTrue(text.startsWith(start), text)
  })

  it.prop(
    "agrees with the URL standard on every text without brackets that it accepts",
    [Schema.Array(Schema.Tuple([Schema.String, Schema.String]))],
    ([pairs]) => {
      const plain = pairs.map(([name, value]) => [name.replaceAll(/[[\]]/g, ""), value] as const)
      const params = new URLSearchParams(plain.map(([name, value]): [string, string] => [name, value]))
      const expected: Record<string, Array<string>> = Object.create(null) as Record<string, Array<string>>
      for (const [name, value] of params) (expected[name] ??= []).push(value)
      if (params.size === 0) return
      const form = JSON.parse(read(params.toString())) as Record<string, string | Array<string>>
      const lists = Object.entries(form).map(([name, value]) => [name, [value].flat()])
      assert.deepStrictEqual(Object.fromEntries(lists), Object.fromEntries(Object.entries(expected)))
    },
  )
})

interface Tree {
  readonly [key: string]: string | ReadonlyArray<string> | Tree
}
const Key = Schema.String.check(Schema.isPattern(/^[^[\]]+$/))
const Tree: Schema.Codec<Tree> = Schema.Record(
  Key,
  Schema.Union([
    Schema.String,
    Schema.Array(Schema.String).check(Schema.isMinLength(1)),
    Schema.suspend((): Schema.Codec<Tree> => Tree),
  ]),
)

/** The fields of an object. An empty object has none. */
const flattened = (tree: Tree, prefix = ""): Array<[string, string]> =>
  Object.entries(tree).flatMap(([key, value]): Array<[string, string]> => {
    const name = prefix === "" ? key : `${prefix}[${key}]`
    if (typeof value === "string") return [[name, value]]
    return Array.isArray(value)
      ? value.map((item: string) => [`${name}[]`, item])
      : flattened(value as Tree, name)
  })

/** Without empty objects, which a form cannot say, and with texts as UTF-8 holds them. */
const expressible = (tree: Tree): Tree | undefined => {
  const kept = Object.entries(tree).flatMap(([key, value]) => {
    const one =
      typeof value === "string"
        ? value.toWellFormed()
        : Array.isArray(value)
          ? value.map((item: string) => item.toWellFormed())
          : expressible(value as Tree)
    return one === undefined ? [] : [[key.toWellFormed(), one] as const]
  })
  return kept.length === 0 ? undefined : Object.fromEntries(kept)
}

/** Whether two keys of an object become one in UTF-8. */
const hasTwins = (tree: Tree): boolean =>
  new Set(Object.keys(tree).map((key) => key.toWellFormed())).size < Object.keys(tree).length ||
  Object.values(tree).some(
    (value) => typeof value === "object" && !Array.isArray(value) && hasTwins(value as Tree),
  )

const multipartType = "multipart/form-data; boundary=XX"
const part = (name: string, value: string, more = "") =>
  `--XX\r\nContent-Disposition: form-data; name="${name}"${more}\r\n\r\n${value}\r\n`
const form = (...parts: ReadonlyArray<string>) => `${parts.join("")}--XX--\r\n`

describe("nesting", () => {
  it.prop("is the inverse of flattening", [Tree], ([tree]) => {
    const expected = expressible(tree)
    if (expected === undefined || hasTwins(tree)) return
    const text = read(new URLSearchParams(flattened(tree)).toString())
    assert.deepStrictEqual(JSON.parse(text), JSON.parse(JSON.stringify(expected)))
  })
})

describe("a multipart form", () => {
  it.each([
    ["fields", form(part("a", "1"), part("b", "")), '{"a":"1","b":""}'],
    [
      "nested names and lists",
      form(part("h[o]", "1"), part("l", "1"), part("l", "2")),
      '{"h":{"o":"1"},"l":["1","2"]}',
    ],
    ["line breaks in a value", form(part("a", "1\r\n2\n\r\n-- XX")), '{"a":"1\\r\\n2\\n\\r\\n-- XX"}'],
    ["letters of all kinds", form(part("nämë", "Zoë 🏡")), '{"nämë":"Zoë 🏡"}'],
    ["a text that looks like a boundary", form(part("a", "x --XX no")), '{"a":"x --XX no"}'],
    [
      "a file that was not chosen",
      form(part("a", "1"), part("f", "", '; filename=""\r\nContent-Type: application/octet-stream')),
      '{"a":"1"}',
    ],
    ["preamble and epilogue", `hello\r\n${form(part("a", "1"))}bye`, '{"a":"1"}'],
    ["a part's charset", form(part("a", "ü", "\r\nContent-Type: text/plain; charset=UTF-8")), '{"a":"ü"}'],
    ["an encoding that is none", form(part("a", "ü", "\r\nContent-Transfer-Encoding: 8bit")), '{"a":"ü"}'],
    ["__proto__", form(part("__proto__[polluted]", "1")), '{"__proto__":{"polluted":"1"}}'],
  ])("is an object: %s", (_, body, json) => {
    assert.strictEqual(read(body, multipartType), json)
    assert.isUndefined(({} as Record<string, unknown>)["polluted"])
  })

  const file = "415 unsupported media type; send forms with text fields only, without files"
  it.each([
    ["nothing", "", "400 malformed form"],
    ["no part", form(), "400 malformed form"],
    ["no end", part("a", "1"), "400 malformed form"],
    ["another boundary", form(part("a", "1")).replaceAll("XX", "YY"), "400 malformed form"],
    [
      "a part without a name",
      form("--XX\r\nContent-Disposition: form-data\r\n\r\n1\r\n"),
      "400 malformed form",
    ],
    ["a part without headers", form("--XX\r\n\r\n1\r\n"), "400 malformed form"],
    [
      "a part without a disposition",
      form("--XX\r\nContent-Type: text/plain\r\n\r\n1\r\n"),
      "400 malformed form",
    ],
    [
      "an attachment",
      form('--XX\r\nContent-Disposition: attachment; name="a"\r\n\r\n1\r\n'),
      "400 malformed form",
    ],
    ["a header that is none", form("--XX\r\nContent Disposition\r\n\r\n1\r\n"), "400 malformed form"],
    [
      "headers that do not end",
      form('--XX\r\nContent-Disposition: form-data; name="b"\r\n'),
      "400 malformed form",
    ],
    [
      "headers that do not end, later",
      form(part("a", "1"), '--XX\r\nContent-Disposition: form-data; name="b"\r\n'),
      "400 malformed form",
    ],
    [
      "headers that do not end, after a file that was not chosen",
      form(part("f", "", '; filename=""'), "--XX\r\nX: y\r\n", part("a", "1")),
      "400 malformed form",
    ],
    [
      "headers that do not end, between others",
      form(part("a", "1"), "--XX\r\nX: y\r\n", part("b", "2")),
      "400 malformed form",
    ],
    ["two names", form(part("a", "1", '; name="b"')), "400 malformed form"],
    ["base64", form(part("a", "MQ==", "\r\nContent-Transfer-Encoding: base64")), "400 malformed form"],
    [
      "Latin-1",
      form(part("a", "1", "\r\nContent-Type: text/plain; charset=iso-8859-1")),
      "415 unsupported media type; send forms in UTF-8",
    ],
    ["a file", form(part("a", "1"), part("f", "x", '; filename="cv.pdf"')), file],
    ["an empty file", form(part("f", "", '; filename="cv.pdf"')), file],
    ["a file without a name", form(part("f", "x", '; filename=""')), file],
    ["bytes", form(part("f", "x", "\r\nContent-Type: application/octet-stream")), file],
    ["a value and fields inside", form(part("a", "1"), part("a[b]", "1")), ambiguous],
    ["too many fields", form(part("a", "1").repeat(10_001)), "400 form has more than 10000 fields"],
    ["many headers", form(part("a", "1", "\r\nX-A: 1".repeat(1000))), "400 malformed form"],
  ])("is refused: %s", (_, body, error) => {
    assert.strictEqual(read(body, multipartType), error)
  })

  it("is refused where it is not UTF-8, in a value or in a name", () => {
    for (const body of [form(part("a", "\u00ff")), form(part("\u00ff", "a"))]) {
      assert.strictEqual(read(Buffer.from(body, "latin1"), multipartType), "400 malformed form")
    }
  })

  it.each([
    "multipart/form-data",
    "multipart/form-data; boundary=",
    'multipart/form-data; boundary=""',
    `multipart/form-data; boundary=${"x".repeat(71)}`,
    "multipart/form-data; boundary=X X",
    "multipart/form-data; charset=utf-8",
  ])("is refused without a boundary: %s", (type) => {
    assert.strictEqual(read(form(part("a", "1")), type), "400 malformed form")
  })

  it("takes a time in proportion to its length, whatever is in it", () => {
    const boundary = "a".repeat(70)
    const hostile = [
      "a".repeat(1_000_000),
      `\r\n--${"a".repeat(69)}`.repeat(13_000),
      "\r\n-".repeat(330_000),
      `--${boundary}\r\n`.repeat(13_000),
      `--${boundary}\r\nContent-Disposition: form-data; name="${"a".repeat(900_000)}`,
      `--${boundary}\r\nContent-Disposition: form-data${"; a=b".repeat(3000)}\r\n\r\n`.repeat(60),
      `--${boundary}\r\nContent-Disposition: form-data; name="a[]"\r\n\r\n\r\n`.repeat(7_500),
    ]
    for (const body of hostile) {
      const began = performance.now()
      assert.match(read(body, `multipart/form-data; boundary=${boundary}`), /^400 /)
      assert.isBelow(performance.now() - began, 1000)
    }
    for (const body of [
      "a[".repeat(500_000),
      `${deep(500)}&`.repeat(600),
      "%41=".repeat(250_000),
      "&".repeat(1_000_000),
    ]) {
      const began = performance.now()
      read(body)
      assert.isBelow(performance.now() - began, 1000)
    }
  })
})

describe("a form's JSON", () => {
  const reader = makePayloadReader({ acceptForms: true, maxBytes: 1000 })
  const payload = (body: string) => reader.read(Buffer.from(body), { "content-type": urlencoded })

  it("is storable: NUL becomes U+FFFD", () => {
    assert.deepInclude(payload("a=%00b"), { text: '{"a":"\uFFFDb"}' })
  })

  it("is no larger than a body may be", () => {
    const answer = payload(`a=${"\u0001".repeat(300)}`)
    assert.deepInclude(answer, { status: 413 })
    assert.isFalse("status" in payload(`a=${"x".repeat(900)}`))
  })
})
