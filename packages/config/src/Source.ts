/**
 * The source of variables: the environment, then the file `.env` in the working directory.
 *
 * The environment takes precedence over `.env`, also with an empty variable, which counts as absent. A secret `NAME` may be
 * given as `NAME_FILE`, the path of a file that contains it; setting both is an error only within one layer: a
 * `NAME_FILE` in the environment takes precedence over a `NAME` in `.env`.
 */
import { oneLine } from "@lead-gateway/document-check"
import { Option, Result } from "effect"
import { readFileSync } from "node:fs"
import { resolve } from "node:path"
import { parseEnv } from "node:util"

/** Variables by name. */
export type Variables = Readonly<Record<string, string | undefined>>

/** The variables of one origin. */
interface Layer {
  readonly variables: Variables
  /** The file that sets them, and its text; absent for the environment. */
  readonly file?: { readonly name: string; readonly text: string }
}

/** Layers of variables, and access to the files of secrets. */
export interface Source {
  /** In order of precedence: the first layer that has a variable sets it. */
  readonly layers: ReadonlyArray<Layer>
  /** The text of a file, or why it cannot be read (`ENOENT`). */
  readonly readFile: (path: string) => Result.Result<string, string>
  /** Diagnostics of the source itself, one line each. */
  readonly diagnostics: ReadonlyArray<string>
}

/** Replacements for the environment and the working directory of the process. */
export interface SourceOptions {
  readonly env?: Variables | undefined
  /** The folder of `.env`, from which relative paths of secret files count. */
  readonly directory?: string | undefined
}

/**
 * The environment and `.env`, which is read at once, in the format of `node --env-file` (quotes, comments, `export`). A
 * missing `.env` is ignored; one that cannot be read is reported.
 */
export const fromProcess = (options: SourceOptions = {}): Source => {
  const env = options.env ?? process.env
  const directory = options.directory ?? process.cwd()
  // Read once per path: a pipe (`SHARED_SECRET_FILE=<(…)`) can be read only once.
  const read = new Map<string, Result.Result<string, string>>()
  const readFile = (path: string): Result.Result<string, string> => {
    const content = read.get(path) ?? readText(resolve(directory, path))
    read.set(path, content)
    return content
  }
  const environment: Layer = { variables: env }
  return Result.match(readFile(".env"), {
    onSuccess: (text) => ({
      layers: [environment, { variables: parseEnv(text), file: { name: ".env", text } }],
      readFile,
      diagnostics: [],
    }),
    onFailure: (code) => ({
      layers: [environment],
      readFile,
      diagnostics: code === "ENOENT" ? [] : [`.env: cannot be read (${code}); make it readable or remove it`],
    }),
  })
}

/** Whether a variable, or its `_FILE` form, is set and not blank. */
export const isSet = (source: Source, name: string): boolean =>
  Option.isSome(lookup(source, name)) || Option.isSome(lookup(source, `${name}_FILE`))

/** The text of a variable; none when it is absent or blank. */
export const lookup = (source: Source, name: string): Option.Option<string> =>
  Option.flatMap(layerOf(source, name), (layer) => Option.fromUndefinedOr(valueIn(layer, name)))

/** The file, such as `.env`, that a variable is set in; none for the environment, and when it is not set. */
export const fileOf = (source: Source, name: string): Option.Option<string> =>
  Option.flatMap(layerOf(source, name), ({ file }) => Option.fromUndefinedOr(file?.name))

/** The names of a layer that are set, and not blank. */
export const namesIn = (layer: Layer): ReadonlyArray<string> =>
  Object.keys(layer.variables).filter((name) => valueIn(layer, name) !== undefined)

/** A line about a variable, after the file and the line that set it: `.env:3: …`. */
export const withPlace = ({ file }: Layer, name: string, text: string): string => {
  if (file === undefined) return text
  const line = file.text
    .split(/\r\n|[\r\n]/)
    .findIndex((line) => /^\s*(?:export\s+)?([^=\s]+)\s*=/.exec(line)?.[1] === name)
  return `${file.name}${line < 0 ? "" : `:${line + 1}`}: ${text}`
}

const layerOf = (source: Source, name: string): Option.Option<Layer> =>
  Option.fromUndefinedOr(source.layers.find(({ variables }) => variables[name] !== undefined))

/** A secret, and the file that it was read from, if `NAME_FILE` named one. */
export interface Secret {
  readonly text: string
  readonly file?: string
}

/** The text of a secret, from the variable or from the file that `NAME_FILE` names. Fails with a diagnostic. */
export const lookupSecret = (source: Source, name: string): Result.Result<Option.Option<Secret>, string> => {
  const fileName = `${name}_FILE`
  const layer = source.layers.find(
    ({ variables }) => variables[name] !== undefined || variables[fileName] !== undefined,
  )
  if (layer === undefined) return Result.succeed(Option.none())
  const text = valueIn(layer, name)
  const path = valueIn(layer, fileName)
  if (path === undefined) {
    return Result.succeed(text === undefined ? Option.none() : Option.some({ text }))
  }
  if (text !== undefined) return Result.fail(`${fileName}: is set beside ${name}; set only one of the two`)
  return Result.flatMap(
    Result.mapError(source.readFile(path), (code) => `${fileName}: ${quoted(path)} cannot be read (${code})`),
    (content) => {
      const secret = content.replace(/[\r\n]+$/, "")
      return secret === ""
        ? Result.fail(`${fileName}: ${quoted(path)} is empty; it must contain the value of ${name}`)
        : Result.succeed(Option.some({ text: secret, file: path }))
    },
  )
}

/** A name of a variable as it is printed: whole, unless it is absurdly long, and without invisible characters. */
export const printName = (name: string): string =>
  oneLine(name.length > 100 ? `${name.slice(0, 100)}…` : name)

/** A text in quotes, in which no character is invisible; truncated after 100 characters. */
export const quoted = (text: string): string =>
  oneLine(JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text))

const valueIn = ({ variables }: Layer, name: string): string | undefined =>
  variables[name]?.trim() === "" ? undefined : variables[name]

const readText = (path: string): Result.Result<string, string> =>
  Result.try({
    try: () => readFileSync(path, "utf8"),
    catch: (error) => (error instanceof Error && "code" in error ? String(error.code) : "unreadable"),
  })
