import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Schema } from "effect"
import { fieldOf, readingOf, unread } from "./support.ts"

/** Sources: the suites of JoshData/python-email-validator and dominicsayers/isemail. */
const validator = "python-email-validator, tests/test_syntax.py"
const isemail = "isemail, test/tests.xml"

const email = readingOf("email")

describe("an e-mail field", () => {
  it.each<[written: string, address: string | typeof unread, source: string]>([
    [" Ada.L@Example.COM ", "ada.l@example.com", "HTML, <input type=email>"],
    ["John Smith <john@example.com>", "john@example.com", "RFC 5322, section 3.4"],
    ['"Display.Name" <me@example.com>', "me@example.com", validator],
    ["Smith, John <john@example.com>", "john@example.com", "RFC 5322, section 3.4, as people write it"],
    ["<Anna@example.com>", "anna@example.com", "RFC 5321, section 4.1.2"],
    ["a@x.de <a@x.de>", "a@x.de", "RFC 5322, section 3.4"],
    ["anna@x.de <mailto:anna@x.de>", "anna@x.de", "Outlook copies addresses so"],
    ["a@x.de <b@x.de>", unread, "two addresses"],
    ["mailto:Anna@example.com", "anna@example.com", "RFC 6068"],
    ["mailto:anna@example.com?subject=x&body=a@b.de", "anna@example.com", "RFC 6068"],
    ["mailto:anna%2Bx@example.com", "anna+x@example.com", "RFC 6068, section 5"],
    ["mailto:a@x.de,b@x.de", unread, "RFC 6068: two addresses"],
    ["mailto:%zz@x.de", unread, "RFC 3986, section 2.1"],
    ["anna@example,com", unread, "mailcheck/mailcheck#156"],
    ["example@gmail;com", unread, "mailcheck/mailcheck#156"],
    ['example"gmail.com', unread, "mailcheck/mailcheck#156"],
    ["anna @example.com", unread, isemail],
    ["anna@gmail. com", unread, "justarrived/just_match_api#1198"],
    ["white space@test.de", unread, validator],
    ["a@x.de, b@y.de", unread, "two addresses"],
    ["bob@example.com, \u200blarry@example.com", "bob@example.com, larry@example.com", "mikel/mail#1173"],
    ["anna@@example.com", unread, "mailcheck/mailcheck#136"],
    ["aol@aol@aol.com", unread, "mailcheck/mailcheck#136"],
    ["anna@example.com.", unread, validator],
    ["test@iana.org．", unread, validator],
    ["my@twodots..com", unread, validator],
    ["trailingdot.@example.com", unread, validator],
    [".anna@example.com", unread, validator],
    ["<me@example.com", unread, validator],
    ["<me@example.com> !", unread, validator],
    ["ada", unread, "no @"],
    ["@example.com", unread, "RFC 5321, section 4.1.2"],
    ["ada@", unread, "RFC 5321, section 4.1.2"],
    ["me@localhost", unread, "RFC 7085: no dotless domains"],
    ["me@[127.0.0.1]", unread, validator],
    ["me@127.0.0.1", unread, "RFC 3696, section 2: no numeric top-level domain"],
    ["me@-example.com", unread, validator],
    ["me@exa_mple.com", unread, "RFC 1123, section 2.1"],
    ["test@iana/icann.org", unread, isemail],
    ["(comment)test@iana.org", unread, isemail],
    [String.raw`test\@test@iana.org`, unread, isemail],
    ['"quoted local part"@example.org', unread, "RFC 5321, section 4.1.2, advises against it"],
    [`${"a".repeat(65)}@example.com`, unread, "RFC 5321, section 4.5.3.1.1"],
    [`a@${"b".repeat(64)}.com`, unread, "RFC 1035, section 2.3.4"],
    ["m\ny@example.com", "m y@example.com", "python-email-validator; a line feed, kept out of headers"],
    ["hello＠example.com", "hello@example.com", validator],
    ["hello﹫example.com", "hello@example.com", validator],
    ["anna@example。com", "anna@example.com", "RFC 3490, section 3.1"],
    ["jeff@臺網中心.tw", "jeff@臺網中心.tw", validator],
    ["ιωάννης@εεττ.gr", "ιωάννης@εεττ.gr", validator],
    ["me@\u037e.com", "me@;.com", validator],
    ["example@example.com\u200b", "example@example.com", "pydantic/pydantic#3772"],
    ["anna@\u200bexample.com", "anna@example.com", "churchthemes/church-theme-framework#16"],
    ["me@exa\u202dmple.com", "me@example.com", validator],
    ["\ufeffanna@example.com\u200e", "anna@example.com", "zaggino/z-schema#252"],
  ])("%j is %s (%s)", (written, address) => {
    assert.strictEqual(email(written), address)
  })

  it("is no other value, and nothing stays nothing", () => {
    for (const value of [7, true, {}, []]) assert.strictEqual(email(value), unread)
    assert.strictEqual(email(null), null)
    assert.strictEqual(email(" \u200b"), "")
  })

  it("keeps what it cannot read in the case in which it came", () => {
    assert.deepStrictEqual(fieldOf("email")(" Anna  MÜLLER "), ["Anna MÜLLER", false])
  })

  const Pieces = Schema.Literals(
    "a A 1 . @ < > , ; - _ + ' \" % mailto: ? %40 %CD%8F \u0301 \uff0e \uff20 \uff21 \u200b \u00ad ß İ ﬁ .de"
      .split(" ")
      .concat(" "),
  )
  const Address = Arbitrary.array(Arbitrary.schema(Pieces), { maxLength: 14 }).pipe(
    Arbitrary.map((pieces) => pieces.join("")),
  )

  it.prop(
    "has one @ and no space if it is read, and is read alike the second time",
    [Address],
    ([written]) => {
      const [address, isRead] = fieldOf("email")(written)
      assert.deepStrictEqual(fieldOf("email")(address ?? null), [address, isRead])
      if (isRead && address !== "")
        assert.match(JSON.stringify(address), /^"[^@\s]+@[^@\s.]+(?:\.[^@\s.]+)+"$/)
    },
    { arbitrary: { runs: 3000 } },
  )

  it("takes linear time", () => {
    for (const text of [
      "a.".repeat(500_000),
      `${"<".repeat(500_000)}>`,
      `a@${"b.".repeat(400)}`,
      " <".repeat(400),
    ]) {
      assert.strictEqual(email(text), unread)
    }
  })
})
