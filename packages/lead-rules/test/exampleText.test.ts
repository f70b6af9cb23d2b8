import { assert, it } from "@effect/vitest"
import { RE2JS } from "re2js"
import { exampleText } from "../src/index.ts"

const patterns = {
  "^66\\d{3}$": "66111",
  "^(?:yes|no)$": undefined,
  "^[A-Z]{2}-\\d{1,4}$": undefined,
  "^[^@\\s]+@[^@\\s]+\\.[a-z]{2,}$": undefined,
  "(?i)^solar": undefined,
  "\\bRoof\\b": undefined,
  "^\\+49[1-9]\\d{6,12}$": undefined,
  "^\\pL+ \\pL+$": undefined,
  "^(ab|cd){3}x?$": undefined,
  ".": undefined,
}

it("a text is found in which the pattern is", () => {
  for (const [pattern, expected] of Object.entries(patterns)) {
    const text = exampleText(pattern)
    assert.isDefined(text, pattern)
    assert.isTrue(RE2JS.compile(pattern).test(text ?? ""), `${pattern}: ${text}`)
    assert.strictEqual(exampleText(pattern), text)
    if (expected !== undefined) assert.strictEqual(text, expected)
  }
})

it("there is none for what is no pattern, what nothing matches, and what only a longer text has", () => {
  for (const pattern of ["(", "^a$b", "[^\\x00-\\x{10FFFF}]", "^a{300}$"]) {
    assert.isUndefined(exampleText(pattern), pattern)
  }
})
