/**
 * Tests that a published JSON Schema is equal to the one generated from the schema in the sources. `vitest --update` writes
 * the file.
 */
import { readFileSync } from "node:fs"
import { Schema } from "effect"
import { describe, expect, it } from "vitest"

/** A published JSON Schema and its source. */
export interface PublishedSchema {
  /** The package's folder: `new URL("..", import.meta.url)`. */
  readonly folder: URL
  /** The file in it: `"rule-set.schema.json"`. */
  readonly file: string
  /** The title that editors show: `"Rule set of @lead-gateway/lead-rules"`. */
  readonly title: string
  readonly schema: Schema.Top
}

/** The JSON Schema (draft 2020-12) of a schema: objects are closed, annotations are kept. */
export const jsonSchemaOf = ({ title, schema }: Pick<PublishedSchema, "title" | "schema">): object => {
  const { schema: root, definitions } = Schema.toJsonSchemaDocument(schema, { onExcessProperty: "error" })
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title,
    ...root,
    ...(Object.keys(definitions).length === 0 ? {} : { $defs: definitions }),
  }
}

/** Declares the tests: the file is up to date, and the package's manifest exports it. */
export const testJsonSchema = ({ folder, file, ...source }: PublishedSchema): void => {
  describe(`the document ${file}`, () => {
    it("is generated from the sources (vitest --update writes it)", async () => {
      const text = `${JSON.stringify(jsonSchemaOf(source), null, 2)}\n`
      await expect(text).toMatchFileSnapshot(new URL(file, folder).pathname)
    })

    it("is published beside the code", () => {
      const manifest: unknown = JSON.parse(readFileSync(new URL("package.json", folder), "utf8"))
      const path = `./${file}`
      expect(manifest).toMatchObject({
        files: expect.arrayContaining([file]) as unknown,
        exports: { [path]: path },
        publishConfig: { exports: { [path]: path } },
      })
    })
  })
}
