/** Reads the repository's own files for its tests. */
import { Schema } from "effect"
import { Yaml } from "effect/encoding"
import { existsSync, globSync, readFileSync } from "node:fs"
import { join } from "node:path"

const root = join(import.meta.dirname, "../../..")

export const pathOf = (path: string): string => join(root, path)

export const read = (path: string): string => readFileSync(pathOf(path), "utf8")

export const exists = (path: string): boolean => existsSync(pathOf(path))

/** Paths relative to the root, sorted, of the repository's own files that match any of the patterns. */
export const files = (...patterns: ReadonlyArray<string>): ReadonlyArray<string> =>
  globSync(patterns, { cwd: root, exclude: ["**/node_modules/**", "**/dist/**"] }).toSorted()

/** Reads a YAML file into the shape that the schema describes. */
export const readYaml = <S extends Schema.ConstraintDecoder<unknown>>(path: string, schema: S): S["Type"] =>
  Schema.decodeUnknownSync(schema)(Yaml.parse(read(path)))

const Versions = Schema.Record(Schema.String, Schema.String)

const Manifest = Schema.Struct({
  name: Schema.String,
  private: Schema.optionalKey(Schema.Boolean),
  license: Schema.optionalKey(Schema.String),
  description: Schema.optionalKey(Schema.String),
  sideEffects: Schema.optionalKey(Schema.Boolean),
  packageManager: Schema.optionalKey(Schema.String),
  files: Schema.optionalKey(Schema.Array(Schema.String)),
  engines: Schema.optionalKey(Versions),
  bin: Schema.optionalKey(Versions),
  scripts: Schema.optionalKey(Versions),
  dependencies: Schema.optionalKey(Versions),
  devDependencies: Schema.optionalKey(Versions),
  optionalDependencies: Schema.optionalKey(Versions),
  peerDependencies: Schema.optionalKey(Versions),
})

export const readManifest = Schema.decodeUnknownSync(Schema.fromJsonString(Manifest))

export const Workspace = Schema.Struct({
  catalog: Versions,
  catalogs: Schema.Record(Schema.String, Versions),
  nodeVersion: Schema.String,
})
