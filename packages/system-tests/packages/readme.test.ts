import { assert, describe, it } from "vitest"
import { examplesOf, importsOf, sizesIn, withSizes } from "./readme.ts"

const block = (language: string, text: string) => `\`\`\`${language}\n${text}\n\`\`\`\n`

const readme = [
  "# a\n",
  block("sh", "npm install a"),
  block("ts", 'import { one, type Two, three as four } from "a"\nimport { other } from "b"'),
  "prints\n",
  block("text", "1"),
  block("ts", 'import {\n  five,\n  one,\n} from "a"'),
  "## API\n",
  block("json", "{}"),
].join("\n")

describe("examplesOf", () => {
  it("gives each ts block with the text block behind it", () => {
    assert.deepStrictEqual(
      examplesOf(readme).map(({ prints }) => prints),
      ["1\n", undefined],
    )
  })
})

describe("importsOf", () => {
  it("gives the values that examples import from the package itself", () => {
    assert.deepStrictEqual([...importsOf(readme, "a")], ["one", "three", "five", "one"])
  })
})

describe("withSizes", () => {
  it("puts the sizes in front of the API first, and between its marks from then on", () => {
    const first = withSizes(readme, "10 kB")
    assert.include(first, "<!-- sizes -->\n\n10 kB\n\n<!-- /sizes -->\n\n## API")
    assert.strictEqual(sizesIn(first), "10 kB")
    assert.strictEqual(withSizes(first, "20 kB"), first.replace("10 kB", "20 kB"))
    assert.strictEqual(sizesIn(readme), undefined)
  })

  it("fails where there is no place for them", () => {
    assert.throws(() => withSizes("# a", "10 kB"), "neither")
  })
})
