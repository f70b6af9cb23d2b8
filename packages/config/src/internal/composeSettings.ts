/** Settings as values that compose into records, groups and alternatives. */
import { Array, Result } from "effect"
import type * as Source from "../Source.ts"

/** The documentation of one variable. */
export interface Variable {
  readonly name: string
  /** What it is for, in one sentence without a full stop. */
  readonly about: string
  readonly expected: string
  readonly secret: boolean
  /** The default as a text, or `required`, or `none`. */
  readonly fallback: string
  /** The text in `.env.example`: the default, or a valid text where there is none. */
  readonly example: string
}

/** A value of type `A` that is read from variables. */
export interface Settings<out A> {
  /** Every variable that may be read, in all alternatives. */
  readonly variables: ReadonlyArray<Variable>
  /** The value, or all diagnostics, one line each. */
  readonly read: (source: Source.Source) => Result.Result<A, ReadonlyArray<string>>
  /** The values in effect, by variable name: printable, without secrets. Omits invalid values. */
  readonly summarize: (source: Source.Source) => Readonly<Record<string, string>>
}

/** The type of the value of settings. */
export type Type<S extends Settings<unknown>> = S extends Settings<infer A> ? A : never

/** A constant. */
export const succeed = <A>(value: A): Settings<A> => ({
  variables: [],
  read: () => Result.succeed(value),
  summarize: () => ({}),
})

/** A record of settings; the diagnostics of all of them are reported together. */
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
      const diagnostics = results.flatMap(([, result]) => (Result.isFailure(result) ? result.failure : []))
      if (diagnostics.length > 0) return Result.fail(Array.dedupe(diagnostics))
      const values = results.map(([key, result]) => [key, Result.getOrThrow(result)])
      return Result.succeed(Object.fromEntries(values) as { readonly [K in keyof R]: Type<R[K]> })
    },
    summarize: (source) =>
      Object.fromEntries(members.flatMap((member) => Object.entries(member.summarize(source)))),
  }
}

/** Maps the value of settings. */
export const map = <A, B>(self: Settings<A>, f: (value: A) => B): Settings<B> =>
  refine(self, (value) => Result.succeed(f(value)))

/**
 * Checks settings against each other. `f` returns the value or diagnostics; it is called only if all of `self` is valid, so
 * refine small groups: then their diagnostics are reported together with all others.
 */
export const refine = <A, B>(
  self: Settings<A>,
  f: (value: A) => Result.Result<B, ReadonlyArray<string>>,
): Settings<B> => ({ ...self, read: (source) => Result.flatMap(self.read(source), f) })

/** Settings that depend on which variables are set: `select` returns the alternative to read. */
export const choose = <A>(
  alternatives: ReadonlyArray<Settings<A>>,
  select: (source: Source.Source) => Settings<A>,
): Settings<A> => ({
  variables: all(Object.fromEntries(alternatives.map((alternative, index) => [index, alternative])))
    .variables,
  read: (source) => select(source).read(source),
  summarize: (source) => select(source).summarize(source),
})
