/**
 * Settings from the environment, read all at once.
 *
 * A setting is a variable's name, a {@link Kind} and a rule for its absence; settings compose into records. Reading
 * returns a typed value, or a diagnostic of one line for everything that is wrong. Effect's `Config` reports only the
 * first error, so settings are an applicative of their own. They are read once, at start, and not watched for changes.
 */
import { Array, Data, Effect, Option, Result } from "effect"
import { map, refine, type Settings } from "./internal/composeSettings.ts"
import type { Kind } from "./Kind.ts"
import * as Source from "./Source.ts"

export {
  all,
  choose,
  map,
  refine,
  type Settings,
  succeed,
  type Type,
  type Variable,
} from "./internal/composeSettings.ts"

/** A variable that must be set. */
export const required = <A>(name: string, kind: Kind<A>, about: string): Settings<A> =>
  refine(setting(name, kind, about, "required"), (value) =>
    Result.fromOption(value, () => [`${name}: is missing; use ${kind.expected}`]),
  )

/** A variable that may be absent. `fallback` documents what applies then, if another setting decides on it. */
export const optional = <A>(
  name: string,
  kind: Kind<A>,
  about: string,
  fallback = "none",
): Settings<Option.Option<A>> => setting(name, kind, about, fallback)

/** A variable with a default. */
export const withDefault = <A>(
  name: string,
  kind: Kind<A>,
  about: string,
  fallback: NoInfer<A>,
): Settings<A> =>
  map(
    setting(name, kind, about, kind.show(fallback), Option.some(fallback)),
    Option.getOrElse(() => fallback),
  )

const setting = <A>(
  name: string,
  kind: Kind<A>,
  about: string,
  fallback: string,
  value: Option.Option<A> = Option.none(),
): Settings<Option.Option<A>> => {
  const { expected, secret } = kind
  const example = Option.match(value, { onNone: () => kind.example, onSome: kind.show })
  const diagnostic = ({ file, text }: Source.Secret, use: string) => {
    if (file !== undefined)
      return `${name}_FILE: the content of ${Source.quoted(file)} is invalid; use ${use}`
    return `${name}: ${secret ? "(secret)" : Source.quoted(kind.quote(text))} is invalid; use ${use}`
  }
  const read = (source: Source.Source): Result.Result<Option.Option<A>, string> =>
    Result.flatMap(
      secret
        ? Source.lookupSecret(source, name)
        : Result.succeed(Option.map(Source.lookup(source, name), (text): Source.Secret => ({ text }))),
      Option.match({
        onNone: () => Result.succeed(Option.none()),
        onSome: (configured) =>
          Result.mapBoth(kind.read(configured.text), {
            onSuccess: Option.some,
            onFailure: (use) => diagnostic(configured, use),
          }),
      }),
    )
  return {
    variables: [{ name, about, expected, secret, fallback, example }],
    read: (source) => Result.mapError(read(source), Array.of),
    summarize: (source) =>
      Option.match(
        Option.orElse(Option.flatten(Result.getSuccess(read(source))), () => value),
        {
          onNone: () => ({}),
          onSome: (value) => ({ [name]: kind.show(value) }),
        },
      ),
  }
}

/**
 * Settings that are invalid: a line for each diagnostic, with its variable and the file that sets it, and without secrets:
 * `.env: API_PORT: "x" is invalid; use a whole number from 0 to 65535`.
 */
export class SettingsInvalid extends Data.TaggedError("SettingsInvalid")<{
  readonly diagnostics: ReadonlyArray<string>
  /** What is probably wrong beside them, and often their cause: a misspelt name leaves another one missing. */
  readonly warnings: ReadonlyArray<string>
}> {
  /** The diagnostics, then the warnings: what is printed, a line each. */
  get lines(): ReadonlyArray<string> {
    return [...this.diagnostics, ...this.warnings]
  }

  override get message(): string {
    return this.lines.join("\n")
  }
}

/** Settings that have been read: the value, and a summary to log at start. */
export interface Loaded<out A> {
  readonly value: A
  /** Texts by variable name; secrets as `(set)`, URLs without credentials. */
  readonly summary: Readonly<Record<string, string>>
  /** What is probably wrong and does not prevent a start, one line each. */
  readonly warnings: ReadonlyArray<string>
}

/** A name that is probably misspelt, and the line that says so. */
export interface Misspelt {
  readonly name: string
  readonly text: string
}

/** Where settings are read from. */
interface LoadOptions extends Source.SourceOptions {
  /** Finds misspelt names among those of one origin; none unless given. */
  readonly misspelt?: (names: ReadonlyArray<string>) => ReadonlyArray<Misspelt>
}

/**
 * Reads settings from the environment and `.env`; fails with every diagnostic at once. A misspelt name in `.env` is such
 * a diagnostic, one in the environment a warning, also of a failure.
 */
export const load = <A>(
  settings: Settings<A>,
  { misspelt = () => [], ...options }: LoadOptions = {},
): Effect.Effect<Loaded<A>, SettingsInvalid> =>
  Effect.suspend(() => {
    const source = Source.fromProcess(options)
    const result = settings.read(source)
    const [inEnvironment = [], ...inFiles] = source.layers.map((layer) =>
      misspelt(Source.namesIn(layer)).map(({ name, text }) => Source.withPlace(layer, name, text)),
    )
    const diagnostics = [
      ...source.diagnostics,
      ...inFiles.flat(),
      ...(Result.isFailure(result) ? result.failure.map((line) => withFile(source, line)) : []),
    ]
    return Result.isFailure(result) || diagnostics.length > 0
      ? Effect.fail(new SettingsInvalid({ diagnostics, warnings: inEnvironment }))
      : Effect.succeed({
          value: result.success,
          summary: settings.summarize(source),
          warnings: inEnvironment,
        })
  })

/** Prefixes a diagnostic with the file that sets its variable, unless the environment sets it. */
const withFile = (source: Source.Source, line: string): string => {
  const [name] = /^[A-Z][A-Z0-9_]*(?=: )/.exec(line) ?? []
  const file = name === undefined ? Option.none() : Source.fileOf(source, name)
  return Option.match(file, { onNone: () => line, onSome: (file) => `${file}: ${line}` })
}
