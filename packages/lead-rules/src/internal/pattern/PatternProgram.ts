import type { RE2JS } from "re2js"

/** The program that RE2 makes of a pattern: a nondeterministic automaton, whose states are its instructions. */
export interface Program {
  readonly start: number
  readonly instructions: ReadonlyArray<Instruction>
}

/** One instruction. The numbers in it, but for `assertions`, are indices of instructions. */
export type Instruction =
  | { readonly _tag: "Fork"; readonly next: ReadonlyArray<number> }
  /** Goes on where its assertions ({@link Assertion}) hold between the previous character and the next. */
  | { readonly _tag: "Assert"; readonly assertions: number; readonly next: number }
  /** Consumes one character. `name` is the same for instructions that accept the same characters. */
  | {
      readonly _tag: "Consume"
      readonly accepts: (code: number) => boolean
      readonly name: string
      readonly next: number
    }
  | { readonly _tag: "Match" }

/** The zero-width assertions, as bits. */
export const Assertion = {
  lineBegins: 1,
  lineEnds: 2,
  textBegins: 4,
  textEnds: 8,
  wordBoundary: 16,
  noWordBoundary: 32,
} as const

const allAssertions = 63

/**
 * Reads the program of a compiled pattern; `undefined` where it contains anything unknown.
 *
 * RE2JS exposes its program without documenting it, so everything that is read here is checked.
 */
export const programOf = (regex: RE2JS): Program | undefined => {
  const program: unknown = regex.re2().prog
  if (!isRecord(program) || !isIndex(program["start"]) || !Array.isArray(program["inst"])) return undefined
  const raw: ReadonlyArray<unknown> = program["inst"]
  const instructions: Array<Instruction> = []
  for (const inst of raw) {
    const instruction = isRecord(inst) ? instructionOf(inst) : undefined
    if (instruction === undefined) return undefined
    instructions.push(instruction)
  }
  return { start: program["start"], instructions }
}

/** The bytes that RE2JS lets the cache of a pattern grow to. */
const maxCacheBytes = 2 ** 23

/** The bytes of the cache that RE2JS keeps with a compiled pattern, by its own count; the most, where that is unknown. */
export const cacheBytesOf = (regex: RE2JS): number => {
  const cache: unknown = regex.re2().lazyDFA
  if (cache === null) return 0
  if (!isRecord(cache)) return maxCacheBytes
  const { stateBudget: all, memBudget: left } = cache
  return isIndex(all) && isIndex(left) ? all - left : maxCacheBytes
}

const instructionOf = (inst: Readonly<Record<string, unknown>>): Instruction | undefined => {
  const { op, out, arg, runes } = inst
  if (!isIndex(op) || !isIndex(out) || !isIndex(arg)) return undefined
  switch (op) {
    case 1: // ALT
    case 2: // ALT_MATCH
      return { _tag: "Fork", next: [out, arg] }
    case 3: // CAPTURE
    case 7: // NOP
      return { _tag: "Fork", next: [out] }
    case 4: // EMPTY_WIDTH
      return (arg & ~allAssertions) === 0 ? { _tag: "Assert", assertions: arg, next: out } : undefined
    case 5: // FAIL
      return { _tag: "Fork", next: [] }
    case 6: // MATCH
      return { _tag: "Match" }
    case 8: // RUNE
    case 9: // RUNE1
    case 10: // RUNE_ANY
    case 11: // RUNE_ANY_NOT_NL
      if (!(runes instanceof Int32Array) || !hasMatchRune(inst)) return undefined
      return {
        _tag: "Consume",
        accepts: (code) => inst.matchRune(code),
        name: `${arg}:${runes.join()}`,
        next: out,
      }
    default:
      return undefined
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null

const isIndex = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0

const hasMatchRune = (inst: object): inst is { readonly matchRune: (rune: number) => boolean } =>
  "matchRune" in inst && typeof inst.matchRune === "function"
