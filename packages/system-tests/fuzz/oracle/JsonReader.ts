/**
 * A strict reader of JSON (RFC 8259), written apart from the product's: the oracle of what is JSON, and of what it means.
 */

/** A JSON value. Numbers are canonical decimals, so that equal values are equal texts: `1.50` and `15e-1` are `15e-1`. */
export type Value =
  | { readonly kind: "literal"; readonly text: string }
  | { readonly kind: "number"; readonly text: string }
  | { readonly kind: "string"; readonly text: string }
  | { readonly kind: "list"; readonly items: ReadonlyArray<Value> }
  | { readonly kind: "object"; readonly entries: ReadonlyMap<string, Value> }

/** What was read, and how large it is in the ways that the api limits. */
export interface Read {
  readonly value: Value
  readonly depth: number
  readonly largestExponent: number
  readonly mostDigits: number
  /** By how many characters the numbers grow when their digits are written out. */
  readonly expansion: number
}

class NotJson extends Error {}

/** Reads a text; undefined if it is not JSON. Of equal keys the last one wins. */
export const readJson = (text: string): Read | undefined => {
  try {
    return new Reader(text).document()
  } catch (error) {
    if (error instanceof NotJson || error instanceof RangeError) return undefined
    throw error
  }
}

const numberForm = /-?(0|[1-9]\d*)(?:\.(\d+))?(?:[eE]([+-]?\d+))?/y
/** Escapes are checked here; control characters apart from it, by code. */
const stringForm = /"([^"\\]*(?:\\(?:["\\/bfnrt]|u[\da-fA-F]{4})[^"\\]*)*)"/y
const space = /[ \t\n\r]*/y
const literal = /true|false|null/y

class Reader {
  readonly #text: string
  #at = 0
  #depth = 0
  #largestExponent = 0
  #mostDigits = 0
  #expansion = 0

  constructor(text: string) {
    this.#text = text
  }

  document(): Read {
    const value = this.#value(0)
    this.#match(space)
    if (this.#at < this.#text.length) throw new NotJson()
    return {
      value,
      depth: this.#depth,
      largestExponent: this.#largestExponent,
      mostDigits: this.#mostDigits,
      expansion: this.#expansion,
    }
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at
    const match = pattern.exec(this.#text)
    if (match === null) return undefined
    this.#at = pattern.lastIndex
    return match
  }

  #skip(character: string): boolean {
    this.#match(space)
    if (this.#text[this.#at] !== character) return false
    this.#at++
    return true
  }

  #expect(character: string): void {
    if (!this.#skip(character)) throw new NotJson()
  }

  #value(depth: number): Value {
    if (this.#skip("{")) return this.#object(depth + 1)
    if (this.#skip("[")) return this.#list(depth + 1)
    if (this.#text[this.#at] === '"') return { kind: "string", text: storable(this.#string()) }
    const word = this.#match(literal)
    return word === undefined ? this.#number() : { kind: "literal", text: word[0] }
  }

  #object(depth: number): Value {
    this.#depth = Math.max(this.#depth, depth)
    const entries = new Map<string, Value>()
    if (this.#skip("}")) return { kind: "object", entries }
    do {
      this.#match(space)
      const key = storable(this.#string())
      this.#expect(":")
      entries.set(key, this.#value(depth))
    } while (this.#skip(","))
    this.#expect("}")
    return { kind: "object", entries }
  }

  #list(depth: number): Value {
    this.#depth = Math.max(this.#depth, depth)
    const items: Array<Value> = []
    if (this.#skip("]")) return { kind: "list", items }
    do items.push(this.#value(depth))
    while (this.#skip(","))
    this.#expect("]")
    return { kind: "list", items }
  }

  #string(): string {
    const match = this.#match(stringForm)
    if (match === undefined || hasControl(match[0])) throw new NotJson()
    return (match[1] ?? "").replaceAll(/\\(?:u([\da-fA-F]{4})|(.))/g, (_, code?: string, short?: string) =>
      code === undefined ? (shortEscapes[short ?? ""] ?? "") : String.fromCharCode(Number.parseInt(code, 16)),
    )
  }

  #number(): Value {
    const match = this.#match(numberForm)
    if (match === undefined) throw new NotJson()
    const [source, integer = "", fraction = "", power = "0"] = match
    const exponent = Number(power)
    this.#largestExponent = Math.max(this.#largestExponent, Math.abs(exponent))
    this.#mostDigits = Math.max(this.#mostDigits, integer.length + fraction.length)
    this.#expansion += Math.abs(exponent)
    const digits = (integer + fraction).replace(/^0+/, "")
    const significant = digits.replace(/0+$/, "")
    if (significant === "") return { kind: "number", text: "0" }
    const sign = source.startsWith("-") ? "-" : ""
    const last = exponent - fraction.length + digits.length - significant.length
    return { kind: "number", text: `${sign}${significant}e${last}` }
  }
}

const hasControl = (text: string): boolean => {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) < 0x20) return true
  return false
}

const shortEscapes: Readonly<Record<string, string>> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
}

/** What Postgres cannot store becomes U+FFFD, as the contract says. */
const storable = (text: string): string => text.toWellFormed().replaceAll("\0", "\uFFFD")

/** A text that is equal for values of equal meaning: keys sorted, numbers canonical. */
export const meaningOf = (value: Value): string => {
  switch (value.kind) {
    case "literal":
      return value.text
    case "number":
      return `#${value.text}`
    case "string":
      return JSON.stringify(value.text)
    case "list":
      return `[${value.items.map(meaningOf).join(",")}]`
    case "object":
      return `{${[...value.entries]
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, inner]) => `${JSON.stringify(key)}:${meaningOf(inner)}`)
        .join(",")}}`
  }
}
