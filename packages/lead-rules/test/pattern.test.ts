import { assert, describe, it } from "@effect/vitest"
import { compileRules } from "@lead-gateway/lead-rules"
import { propertyRuns } from "@lead-gateway/testkit/property-runs"
import { Result, Schema } from "effect"
import { RE2JS } from "re2js"
import { compilePattern, matchAll, patternError } from "../src/internal/pattern/Pattern.ts"
import { PatternMemory } from "../src/internal/pattern/PatternMemory.ts"
import { cacheBytesOf, programOf } from "../src/internal/pattern/PatternProgram.ts"
import { makeTable } from "../src/internal/pattern/PatternTable.ts"

/** Patterns as trees, so that a generator makes all that RE2 knows, nested as it comes. */
type Tree =
  | string
  | { readonly list: ReadonlyArray<Tree> }
  | { readonly either: ReadonlyArray<Tree> }
  | { readonly repeated: Tree; readonly times: string }
  | { readonly flags: string; readonly inside: Tree }

// prettier-ignore
const atoms = [
  "a", "b", "6", "a", "b", "6", "k", "K", "s", "S", "0", "9", "_", "-", " ", "\n", "ä", "ß", "ſ", "€", "😀", "\ud83d",
  "\\d", "\\D", "\\w", "\\W", "\\s", "\\S", "\\b", "\\B", "^", "$", "\\A", "\\z", ".", "^", "$", "\\b",
  "[ab]", "[^a]", "[a-z]", "[^\\d\\s]", "[[:alpha:]]", "[\\w.-]", "[^[:^word:]]", "[^\\x00-\\x{10FFFF}]", "[ä-ÿ]",
  "\\p{L}", "\\P{Lu}", "\\pN", "\\p{Greek}", "\\x{1F600}", "\\n", "\\x41", "\\Qa.b\\E", "(?:)", "()",
  "(?i:ß)", "(?i:K)", "(?i:s)", "(?m:^)", "(?m:$)", "(?s:.)",
] as const

const tree: Schema.Codec<Tree> = Schema.Union([
  Schema.Literals(atoms),
  Schema.Literals(atoms),
  Schema.Struct({ list: Schema.Array(Schema.suspend(() => tree)) }),
  Schema.Struct({ list: Schema.Array(Schema.suspend(() => tree)) }),
  Schema.Struct({ either: Schema.Array(Schema.suspend(() => tree)) }),
  Schema.Struct({
    repeated: Schema.suspend(() => tree),
    times: Schema.Literals(["*", "+", "?", "{2}", "{1,3}", "{2,}", "{0}", "*?", "+?", "{0,2}?"]),
  }),
  Schema.Struct({
    flags: Schema.Literals(["(?:", "(", "(?P<name>", "(?i:", "(?m:", "(?s:", "(?U:", "(?-s:"]),
    inside: Schema.suspend(() => tree),
  }),
])

const patternOf = (part: Tree): string => {
  if (typeof part === "string") return part
  if ("list" in part) return part.list.map(patternOf).join("")
  if ("either" in part) return `(?:${part.either.map(patternOf).join("|")})`
  if ("repeated" in part) return `(?:${patternOf(part.repeated)})${part.times}`
  return `${part.flags}${patternOf(part.inside)})`
}

// prettier-ignore
const pieces = [
  "a", "b", "6", "a", "b", "6", "k", "K", "s", "S", "0", "1", "9", "_", "-", " ", ".", "\n", "\r", "x",
  "ab", "a.b", "66123", "ä", "Ä", "ß", "\u00ff", "\u0100", "ſ", "\u212a", "€", "α", "😀", "\ud83d", "\ude00",
]

const Texts = Schema.Array(Schema.Array(Schema.Literals(pieces)))
const textsOf = (texts: typeof Texts.Type) => ["", "a", "b", ...texts.map((text) => text.join(""))]

/** The table's own answer; fails when there is no table, so that nothing here is RE2 compared with itself. */
const tableOf = (pattern: string) => {
  const program = programOf(RE2JS.compile(pattern))
  assert(program !== undefined, pattern)
  return makeTable([program], new PatternMemory())
}

const isPattern = (pattern: string) => patternError(pattern) === undefined

describe("patterns", () => {
  it.prop(
    "are found where RE2 finds them, whichever way they are looked for",
    [tree, Texts],
    ([part, texts]) => {
      const pattern = patternOf(part)
      if (!isPattern(pattern)) return
      const regex = RE2JS.compile(pattern)
      const matches = compilePattern(pattern)
      const table = tableOf(pattern)
      for (const text of textsOf(texts)) {
        const expected = regex.test(text)
        assert.strictEqual(matches(text), expected, JSON.stringify([pattern, text]))
        const answer = table(text)
        if (answer !== undefined) assert.strictEqual(answer, expected, JSON.stringify([pattern, text]))
      }
    },
    propertyRuns(2000),
  )

  it.prop(
    "are found together where each of them is",
    [Schema.Array(tree), Texts],
    ([parts, texts]) => {
      const patterns = parts.map(patternOf).filter(isPattern)
      const all = matchAll(patterns.map((pattern) => compilePattern(pattern)))
      const regexes = patterns.map((pattern) => RE2JS.compile(pattern))
      for (const text of textsOf(texts)) {
        const expected = regexes.every((regex) => regex.test(text))
        assert.strictEqual(all(text), expected, JSON.stringify([patterns, text]))
      }
    },
    propertyRuns(400),
  )

  const usual: ReadonlyArray<readonly [pattern: string, text: string]> = [
    ["^66\\d{3}$", "66123"],
    ["^[A-Z]{2}\\d+$", "AB1234"],
    ["^[^@\\s]+@[^@\\s]+\\.[a-z]{2,}$", "maria.muster@example.com"],
    ["^(ja|nein)$", "nein"],
    ["(?i)straße", "Hauptstraße 5"],
    ["^\\+49\\d{6,12}$", "+491701234567"],
    ["\\bhaus\\b", "ein haus am see"],
    ["^\\d{4}-\\d{2}-\\d{2}$", "2026-01-02"],
    ["^\\p{Lu}\\p{L}+$", "Müller"],
    ["(?m)^PLZ: \\d+$", "Herr Muster\nPLZ: 66123\nSaar"],
    ["GmbH$", "Muster GmbH"],
    ["^.{2,50}$", "Saarbrücken"],
  ]
  const texts = usual.map(([, text]) => text)

  it.each(usual)("such as %s are searched for by a table, near misses too", (pattern, text) => {
    const table = tableOf(pattern)
    const regex = RE2JS.compile(pattern)
    assert.isTrue(table(text))
    for (const near of texts.flatMap(nearTo)) {
      assert.strictEqual(table(near), regex.test(near), JSON.stringify(near))
    }
  })

  it.each([
    "(a+)+$",
    "^(a+)+$",
    "^(a|a)*$",
    "(.*)*x",
    "^(\\w+\\s?)*$",
    "^([a-zA-Z0-9])(([\\-.]|[_]+)?([a-zA-Z0-9]+))*(@)$",
    "^(([a-z])+.)+[A-Z]([a-z])+$",
    "(x+x+)+y",
    "^(a?){50}a{50}$",
    "(?:a|ab|abc|b|c)*d",
    "(a*)*b",
    "\\s+$",
    "^(.*?,){11}P",
    "(.{0,10}){50}x",
    "(a|b)*a(a|b){12}$",
  ])("that would hold up a backtracking engine do not hold this one up: %s", (pattern) => {
    const matches = compilePattern(pattern)
    // An engine that backtracks would need years, and a test has seconds.
    for (const piece of ["a", "ab", "x", " ", "1,", "-"])
      assert.isBoolean(matches(`${piece.repeat(20_000)}!`))
  })

  it("are searched for one by one where together they have too many states", () => {
    const patterns = ["a.{8}b", "b.{8}a", "(a|b)*a(a|b){7}$", "ab.{6}ba"]
    const all = matchAll(patterns.map((pattern) => compilePattern(pattern)))
    const regexes = patterns.map((pattern) => RE2JS.compile(pattern))
    for (let number = 0; number < 2 ** 20; number += 331) {
      const text = number.toString(2).padStart(20, "0").replaceAll("0", "a").replaceAll("1", "b")
      assert.strictEqual(
        all(text),
        regexes.every((regex) => regex.test(text)),
        text,
      )
    }
  })

  it("answer alike before and after a table has grown as large as it may", () => {
    const pattern = "(a|b)*a(a|b){12}$"
    const table = tableOf(pattern)
    const regex = RE2JS.compile(pattern)
    let undecided = 0
    for (let number = 0; number < 2 ** 15; number += 3) {
      const text = number.toString(2).replaceAll("0", "a").replaceAll("1", "b")
      const answer = table(text)
      if (answer === undefined) undecided++
      else assert.strictEqual(answer, regex.test(text), text)
    }
    assert.isAbove(undecided, 0)
  })

  it("do not match a text that is too long for them, be it searched by the table or by RE2", () => {
    const matches = compilePattern("a{1000}")
    assert.isTrue(matches("a".repeat(33_000)))
    assert.isFalse(matches("a".repeat(34_000)))
    assert.isFalse(matches("€".repeat(33_000) + "a".repeat(1_000)))
    const both = matchAll([matches, compilePattern("a")])
    assert.isTrue(both("a".repeat(33_000)))
    assert.isFalse(both("a".repeat(34_000)))
  })
})

describe("the memory of all patterns of a rule set", () => {
  const greedy = Array.from({ length: 20 }, (_, index) => `(a|b)*a(a|b){12}${"c".repeat(index)}$`)
  const textOf = (number: number) => number.toString(2).replaceAll("0", "a").replaceAll("1", "b")

  it("is bounded for tables: where it is used up, RE2 answers, with the same result", () => {
    const regexes = greedy.map((pattern) => RE2JS.compile(pattern))
    for (const kilobytes of [0, 1, 20, 100]) {
      const memory = new PatternMemory(kilobytes * 1000)
      const searches = greedy.map((pattern) => compilePattern(pattern, memory))
      const all = matchAll(searches)
      for (let number = 0; number < 2 ** 15; number += 331) {
        const text = textOf(number)
        for (const [index, matches] of searches.entries()) {
          assert.strictEqual(matches(text), regexes[index]?.test(text), text)
        }
        assert.strictEqual(
          all(text),
          regexes.every((regex) => regex.test(text)),
          text,
        )
      }
      assert.isTrue(memory.isFull)
    }
  })

  it("is bounded for the caches of RE2: the oldest are dropped, and made again", () => {
    const memory = new PatternMemory(100_000)
    const dropped: Array<string> = []
    const [a, b, c] = ["a", "b", "c"].map((name) => ({ drop: () => dropped.push(name) }))
    assert(a !== undefined && b !== undefined && c !== undefined)
    memory.hold(a, 40_000)
    memory.hold(b, 40_000)
    memory.hold(c, 10_000)
    assert.deepStrictEqual(dropped, [])
    memory.hold(c, 30_000)
    assert.deepStrictEqual(dropped, ["a"])
    memory.hold(a, 200_000)
    assert.deepStrictEqual(dropped, ["a", "b", "c"])
    memory.hold(b, 1_000)
    assert.deepStrictEqual(dropped, ["a", "b", "c", "a"])
    const small = new PatternMemory(0)
    const matches = compilePattern("^ä€+$", small)
    const other = compilePattern("^ö€+$", small)
    for (const [text, expected] of [
      ["ä€€", true],
      ["ö€€", false],
      ["ä€", true],
    ] as const) {
      assert.strictEqual(matches(text), expected)
      assert.strictEqual(other(text), !expected)
    }
  })

  it("counts the caches of RE2 as RE2JS does", () => {
    const regex = RE2JS.compile("(a|b)*a(a|b){12}$")
    assert.strictEqual(cacheBytesOf(regex), 0)
    for (let number = 0; number < 2 ** 12; number++) regex.test(textOf(number))
    const bytes = cacheBytesOf(regex)
    assert.isAbove(bytes, 100_000)
    assert.isBelow(bytes, 2 ** 23)
  })

  it("is bounded for their programs: a rule set is refused at the pattern that is too much", () => {
    const rule = (index: number) => ({
      field: `f${index}`,
      operator: "pattern",
      pattern: `a{900}${index}`,
      reason: "A",
    })
    const ruleSet = (rules: number) => ({
      version: "1",
      rules: Array.from({ length: rules }, (_, index) => rule(index)),
    })
    assert.isTrue(Result.isSuccess(compileRules(ruleSet(500))))
    const tooMany = compileRules(ruleSet(600))
    assert.deepStrictEqual(Result.isFailure(tooMany) && tooMany.failure.diagnostics, [
      {
        path: "rules.536.pattern",
        actual: '"a{900}536"',
        expected: "patterns of at most 500000 steps together, with 30 for each",
      },
    ])
  })
})

describe("a pattern of Unicode properties", () => {
  const ruleSet = (pattern: string, rules: number) => ({
    version: "1",
    rules: Array.from({ length: rules }, (_, i) => ({
      field: `f${i}`,
      operator: "pattern",
      pattern: `${pattern}${i}`,
      reason: "A",
    })),
  })

  it("counts what its classes take to compile, so that no rule set takes minutes", () => {
    for (const pattern of ["^(\\pL{100}){9}", "^\\p{Greek}{900}", "^[\\pL\\PN]{900}"]) {
      const started = performance.now()
      assert.isTrue(Result.isFailure(compileRules(ruleSet(pattern, 500))), pattern)
      assert.isBelow(performance.now() - started, 5_000)
    }
  })

  it("may be a name", () => {
    assert.isTrue(Result.isSuccess(compileRules(ruleSet("^\\p{L}[\\p{L}' -]{0,60}", 20))))
  })
})

describe("a pattern is refused", () => {
  it.each([
    ["((a{1000}){1000})", "its repetitions written out make 1002002 steps, 10000 at most are allowed"],
    ["a{1000}".repeat(11), "its repetitions written out make 11000 steps, 10000 at most are allowed"],
    ["((((a{9}){9}){9}){9}){9}", "its repetitions written out make 73809 steps, 10000 at most are allowed"],
    ["(?:\\pL{1000}|[^)]{1000}){9}", "its repetitions written out make"],
    ["a".repeat(10_001), "it has 10001 characters, 10000 at most are allowed"],
    ["(a{100}){20}", "a repetition counts to 1000 at most, with those around it multiplied: `{20}`"],
    ["a{1001}", "a repetition counts to 1000 at most, with those around it multiplied: `{1001}`"],
    ["(?=x)", "invalid or unsupported Perl syntax: `(?=`"],
    ["(a)\\1", "invalid escape sequence: `\\1`"],
    ["[", "missing closing ]: `[`"],
    ["(", "missing closing ): `(`"],
    ["*", "missing argument to repetition operator: `*`"],
    [`${"(".repeat(1_000)}a${")".repeat(1_000)}`, "expression nests too deeply"],
  ])("with the limit or the syntax it breaks: %.30s", (pattern, mistake) => {
    assert.include(patternError(pattern), mistake)
  })

  it.each([
    "^66\\d{3}$",
    "",
    "(a{100}){10}",
    `^(?:${"66111|".repeat(1_600)})$`,
    "[{1000}]{1000}",
    "\\{1000}",
  ])("only for a reason: %.30s is one", (pattern) => {
    assert.isUndefined(patternError(pattern))
  })

  it.prop(
    "before it costs anything: none that is allowed has more than three times as many instructions",
    [tree],
    ([part]) => {
      const pattern = patternOf(part)
      if (isPattern(pattern)) assert.isBelow(RE2JS.compile(pattern).programSize(), 30_000)
    },
  )
})

const nearTo = (text: string): ReadonlyArray<string> => [
  text,
  `${text}\n`,
  ` ${text}`,
  text + text,
  text.slice(1),
  text.slice(0, -1),
  text.toUpperCase(),
  text.toLowerCase(),
  ...Array.from({ length: text.length }, (_, at) => `${text.slice(0, at)}x${text.slice(at + 1)}`),
]
