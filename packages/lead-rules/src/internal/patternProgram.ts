import type { RE2JS } from "re2js"

/** The program that RE2 makes of a pattern: a machine in several places at once, one instruction each. */
export interface Program {
  readonly start: number
  readonly instructions: ReadonlyArray<Instruction>
}

/** One instruction. Every number in it but `asks` is the place of another. */
export type Instruction =
  | { readonly _tag: "Fork"; readonly next: ReadonlyArray<number> }
  /** Goes on if what is asked for ({@link Asked}) holds between the characters on both sides. */
  | { readonly _tag: "Look"; readonly asks: number; readonly next: number }
  /** Takes one character, and goes on. */
  | {
      readonly _tag: "Take"
      readonly takes: (code: number) => boolean
      readonly like: string
      readonly next: number
    }
  | { readonly _tag: "Found" }

/** What an instruction may ask for, as bits. */
export const Asked = {
  lineBegins: 1,
  lineEnds: 2,
  textBegins: 4,
  textEnds: 8,
  wordBoundary: 16,
  noWordBoundary: 32,
} as const

const allAsked = 63

/**
 * Reads the program out of a compiled pattern; `undefined` when it has anything in it that is not known here.
 *
 * RE2JS lets it be seen, but promises nothing about it: so nothing is believed of it that is not looked at.
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
      return (arg & ~allAsked) === 0 ? { _tag: "Look", asks: arg, next: out } : undefined
    case 5: // FAIL
      return { _tag: "Fork", next: [] }
    case 6: // MATCH
      return { _tag: "Found" }
    case 8: // RUNE
    case 9: // RUNE1
    case 10: // RUNE_ANY
    case 11: // RUNE_ANY_NOT_NL
      if (!(runes instanceof Int32Array) || !hasMatchRune(inst)) return undefined
      return {
        _tag: "Take",
        takes: (code) => inst.matchRune(code),
        like: `${arg}:${runes.join()}`,
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
