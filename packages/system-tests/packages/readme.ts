/** What a package's README shows its reader. */

/** A `ts` block, and the `text` block behind it that says what it prints. */
export interface Example {
  readonly code: string
  /** `undefined` where the README does not say. */
  readonly prints: string | undefined
}

/** The examples of a README, in their order. */
export const examplesOf = (readme: string): ReadonlyArray<Example> =>
  [...readme.matchAll(/^```ts\n([^]*?)^```$([^]*?)(?=^```ts$|$(?![^]))/gm)].map(
    ([, code = "", rest = ""]) => ({
      code,
      prints: /^```text\n([^]*?)^```$/m.exec(rest)?.[1],
    }),
  )

/** The names that the examples import from the package itself: what it is for. */
export const importsOf = (readme: string, name: string): ReadonlyArray<string> => {
  const imports = examplesOf(readme).flatMap(({ code }) => [
    ...code.matchAll(/^import \{([^}]*)\} from "([^"]*)"/gm),
  ])
  return imports
    .filter(([, , from]) => from === name)
    .flatMap(([, names = ""]) => names.split(","))
    .map((imported) => imported.trim().split(" as ")[0] ?? "")
    .filter((imported) => imported !== "" && !imported.startsWith("type "))
}

const line = /<!-- sizes -->([^]*?)<!-- \/sizes -->/

/** What the README says of sizes; `undefined` where it has no place for that. */
export const sizesIn = (readme: string): string | undefined => line.exec(readme)?.[1]?.trim()

/** The README with another line of sizes: between its marks, or in front of its API where it has none. */
export const withSizes = (readme: string, sizes: string): string => {
  const marked = `<!-- sizes -->\n\n${sizes}\n\n<!-- /sizes -->`
  if (line.test(readme)) return readme.replace(line, () => marked)
  if (/^## API$/m.test(readme)) return readme.replace(/^## API$/m, () => `${marked}\n\n## API`)
  throw new Error("the README has neither <!-- sizes --><!-- /sizes --> nor a heading ## API")
}
