/**
 * Settings from the environment, read all at once.
 *
 * A setting is a variable's name, a {@link Kind} and what happens when it is absent; settings compose into
 * records. Reading gives a typed value or every mistake, one line each. effect's `Config` stops at its first
 * error and names no value, so settings are a small applicative of their own. They are read once, at start:
 * nothing here watches for changes.
 */
import { Array, Data, Effect, Option, Result } from "effect"
import type { Kind } from "./Kind.ts"
import * as Source from "./Source.ts"

/** What people need to know of one variable. */
export interface Variable {
  readonly name: string
  /** What it is for, in one sentence without a full stop. */
  readonly about: string
  readonly allowed: string
  readonly secret: boolean
  /** What holds when it is not set: the default as people write it, or `required`, or `none`. */
  readonly fallback: string
  /** What `.env.example` shows: the default, or a value that is allowed where there is none. */
  readonly example: string
}

/** A value of type `A` to be had from variables. */
export interface Settings<out A> {
  /** Every variable that may be read. */
  readonly variables: ReadonlyArray<Variable>
  /** The value, or all mistakes, one line each. */
  readonly read: (source: Source.Source) => Result.Result<A, ReadonlyArray<string>>
  /** What is set or holds by default, by variable name: printable, without secrets. Leaves out wrong values. */
  readonly summarize: (source: Source.Source) => Readonly<Record<string, string>>
}

/** The value that settings give. */
export type Type<S extends Settings<unknown>> = S extends Settings<infer A> ? A : never

/** A variable that must be set. */
export const required = <A>(name: string, kind: Kind<A>, about: string): Settings<A> =>
  refine(setting(name, kind, about, "required"), (value) =>
    Result.fromOption(value, () => [`${name}: is missing; use ${kind.allowed}`]),
  )

/** A variable that may be absent. */
export const optional = <A>(name: string, kind: Kind<A>, about: string): Settings<Option.Option<A>> =>
  setting(name, kind, about, "none")

/** A variable with a value of its own when it is absent. */
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
  const { allowed, secret } = kind
  const example = Option.match(value, { onNone: () => kind.example, onSome: kind.show })
  const wrong = ({ file, text }: Source.Secret, use: string) => {
    if (file !== undefined)
      return `${name}_FILE: what ${Source.quoted(file)} holds is not allowed; use ${use}`
    return `${name}: ${secret ? "(secret)" : Source.quoted(kind.quote(text))} is not allowed; use ${use}`
  }
  const read = (source: Source.Source): Result.Result<Option.Option<A>, string> =>
    Result.flatMap(
      secret
        ? Source.lookupSecret(source, name)
        : Result.succeed(Option.map(Source.lookup(source, name), (text): Source.Secret => ({ text }))),
      Option.match({
        onNone: () => Result.succeed(Option.none()),
        onSome: (given) =>
          Result.mapBoth(kind.read(given.text), {
            onSuccess: Option.some,
            onFailure: (use) => wrong(given, use),
          }),
      }),
    )
  return {
    variables: [{ name, about, allowed, secret, fallback, example }],
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

/** A value that no variable changes. */
export const succeed = <A>(value: A): Settings<A> => ({
  variables: [],
  read: () => Result.succeed(value),
  summarize: () => ({}),
})

/** Settings side by side; the mistakes of all of them are reported together. */
export const all = <const R extends Readonly<Record<string, Settings<unknown>>>>(
  record: R,
): Settings<{ readonly [K in keyof R]: Type<R[K]> }> => {
  const members = Object.values(record)
  return {
    variables: Array.dedupeWith(
      members.flatMap((member) => member.variables),
      (a, b) => a.name === b.name,
    ),
    read: (source) => {
      const results = Object.entries(record).map(([key, member]) => [key, member.read(source)] as const)
      const mistakes = results.flatMap(([, result]) => (Result.isFailure(result) ? result.failure : []))
      if (mistakes.length > 0) return Result.fail(Array.dedupe(mistakes))
      const values = results.map(([key, result]) => [key, Result.getOrThrow(result)])
      return Result.succeed(Object.fromEntries(values) as { readonly [K in keyof R]: Type<R[K]> })
    },
    summarize: (source) =>
      Object.fromEntries(members.flatMap((member) => Object.entries(member.summarize(source)))),
  }
}

/** Changes the value that settings give. */
export const map = <A, B>(self: Settings<A>, f: (value: A) => B): Settings<B> =>
  refine(self, (value) => Result.succeed(f(value)))

/**
 * Checks settings against each other. `f` gives the value or mistake lines; it is asked only when every part
 * is right, so check small groups: then their mistakes appear together with all others.
 */
export const refine = <A, B>(
  self: Settings<A>,
  f: (value: A) => Result.Result<B, ReadonlyArray<string>>,
): Settings<B> => ({ ...self, read: (source) => Result.flatMap(self.read(source), f) })

/** Settings that depend on what is set: one of the alternatives is chosen, then read. */
export const choose = <A>(
  alternatives: ReadonlyArray<Settings<A>>,
  select: (source: Source.Source) => Settings<A>,
): Settings<A> => ({
  variables: all(Object.fromEntries(alternatives.map((alternative, index) => [index, alternative])))
    .variables,
  read: (source) => select(source).read(source),
  summarize: (source) => select(source).summarize(source),
})

/**
 * Settings that do not fit: every mistake on a line of its own, naming its variable and the file that sets it, without
 * any secret: `.env: API_PORT: "x" is not allowed; use a whole number from 0 to 65535`.
 */
export class SettingsInvalid extends Data.TaggedError("SettingsInvalid")<{
  readonly mistakes: ReadonlyArray<string>
}> {
  override get message(): string {
    return this.mistakes.join("\n")
  }
}

/** What was read: the value, and what to log of it at start. */
export interface Loaded<out A> {
  readonly value: A
  /** By variable name; secrets as `(set)`, URLs without credentials. */
  readonly summary: Readonly<Record<string, string>>
}

/** Reads settings from the environment and `.env`; fails with every mistake at once. */
export const load = <A>(
  settings: Settings<A>,
  options?: Source.SourceOptions,
): Effect.Effect<Loaded<A>, SettingsInvalid> =>
  Effect.suspend(() => {
    const source = Source.fromProcess(options)
    const result = settings.read(source)
    const mistakes = [
      ...source.mistakes,
      ...(Result.isFailure(result) ? result.failure.map((line) => withFile(source, line)) : []),
    ]
    return Result.isFailure(result) || mistakes.length > 0
      ? Effect.fail(new SettingsInvalid({ mistakes }))
      : Effect.succeed({ value: result.success, summary: settings.summarize(source) })
  })

/** Puts in front of a mistake the file in which its variable is set, where that is not the environment. */
const withFile = (source: Source.Source, line: string): string => {
  const [name] = /^[A-Z][A-Z0-9_]*(?=: )/.exec(line) ?? []
  const file = name === undefined ? Option.none() : Source.fileOf(source, name)
  return Option.match(file, { onNone: () => line, onSome: (file) => `${file}: ${line}` })
}
