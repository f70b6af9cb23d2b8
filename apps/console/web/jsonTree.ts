/** JSON text as a tree that knows where everything stands in the text, or where the text stops being JSON. */
import type { Json, RawNumber } from "@lead-gateway/client"

/** A value, from its first character to behind its last one. */
export type JsonNode = {
  readonly from: number
  readonly to: number
} & (
  | { readonly kind: "object"; readonly members: ReadonlyArray<JsonMember> }
  | { readonly kind: "list"; readonly items: ReadonlyArray<JsonNode> }
  | { readonly kind: "text"; readonly value: string }
  /** With its digits as they are written. */
  | { readonly kind: "number"; readonly source: string }
  | { readonly kind: "boolean"; readonly value: boolean }
  | { readonly kind: "null" }
)

/** A member of an object: its name, where that stands, and its value. */
export interface JsonMember {
  readonly name: string
  readonly from: number
  readonly to: number
  readonly value: JsonNode
}

/** Where a text is no JSON, and why. */
export class JsonMistake extends Error {
  readonly at: number

  constructor(at: number, message: string) {
    super(message)
    this.at = at
  }
}

const blank = /[ \t\n\r]*/y
const token =
  /"(?:[ !#-[\]-\uFFFF]|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y
/** Deeper documents than any that is meant. */
const deepest = 512

/** Parses a text; returns the mistake where it is none. */
export const parseTree = (text: string): JsonNode | JsonMistake => {
  try {
    return new Reader(text).document()
  } catch (error) {
    if (error instanceof JsonMistake) return error
    throw error
  }
}

class Reader {
  #at = 0
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  document(): JsonNode {
    const node = this.#value(0)
    this.#skip()
    if (this.#at < this.#text.length) this.#fail("nothing follows a document")
    return node
  }

  #value(depth: number): JsonNode {
    this.#skip()
    const from = this.#at
    if (depth > deepest) this.#fail("this is nested too deeply")
    if (this.#takes("{")) return this.#object(from, depth)
    if (this.#takes("[")) return this.#list(from, depth)
    token.lastIndex = from
    const found = token.exec(this.#text)?.[0]
    if (found === undefined) return this.#fail(this.#hint())
    this.#at += found.length
    const place = { from, to: this.#at }
    if (found.startsWith('"')) return { ...place, kind: "text", value: JSON.parse(found) as string }
    if (found === "null") return { ...place, kind: "null" }
    if (found === "true" || found === "false") return { ...place, kind: "boolean", value: found === "true" }
    return { ...place, kind: "number", source: found }
  }

  #object(from: number, depth: number): JsonNode {
    const members: Array<JsonMember> = []
    for (let isFirst = true; ; isFirst = false) {
      this.#skip()
      if (isFirst && this.#takes("}")) break
      const name = this.#name(isFirst)
      this.#skip()
      if (!this.#takes(":")) this.#fail("a : is missing behind the name")
      members.push({ ...name, value: this.#value(depth + 1) })
      this.#skip()
      if (this.#takes("}")) break
      if (!this.#takes(",")) this.#fail("a , or a } is missing")
    }
    return { from, to: this.#at, kind: "object", members }
  }

  #name(isFirst: boolean): Omit<JsonMember, "value"> {
    const from = this.#at
    token.lastIndex = from
    const found = token.exec(this.#text)?.[0]
    if (found === undefined || !found.startsWith('"')) {
      const isEnd = this.#text[from] === "}" && !isFirst
      return this.#fail(
        isEnd
          ? "the , before this } is one too many"
          : 'a name in quotation marks is missing, such as "field"',
      )
    }
    this.#at += found.length
    return { name: JSON.parse(found) as string, from, to: this.#at }
  }

  #list(from: number, depth: number): JsonNode {
    const items: Array<JsonNode> = []
    this.#skip()
    if (this.#takes("]")) return { from, to: this.#at, kind: "list", items }
    for (;;) {
      items.push(this.#value(depth + 1))
      this.#skip()
      if (this.#takes("]")) return { from, to: this.#at, kind: "list", items }
      if (!this.#takes(",")) this.#fail("a , or a ] is missing")
    }
  }

  #takes(character: string): boolean {
    const is = this.#text[this.#at] === character
    if (is) this.#at++
    return is
  }

  #skip(): void {
    blank.lastIndex = this.#at
    blank.test(this.#text)
    this.#at = blank.lastIndex
  }

  /** What may be meant where no value begins. */
  #hint(): string {
    const character = this.#text[this.#at]
    if (character === undefined) return "the text ends before the document does"
    if (character === '"') return "this text has no end, or a \\ that means nothing"
    if (character === "'") return "texts stand between \", not between '"
    if (character === "]" || character === "}") return `a value is missing before this ${character}`
    if (character === "/") return "JSON has no comments"
    return 'a value is missing: a text between ", a number, true, false, null, { or ['
  }

  #fail(message: string): never {
    throw new JsonMistake(this.#at, message)
  }
}

/** TypeScript's library does not declare it for browsers. */
const rawNumber = Reflect.get(JSON, "rawJSON") as (source: string) => RawNumber

/** The value of a tree. A number with more digits than a JavaScript number has keeps them. */
export const valueOf = (node: JsonNode): Json => {
  switch (node.kind) {
    case "object":
      return Object.fromEntries(node.members.map(({ name, value }) => [name, valueOf(value)]))
    case "list":
      return node.items.map(valueOf)
    case "number":
      return String(Number(node.source)) === node.source ? Number(node.source) : rawNumber(node.source)
    case "text":
    case "boolean":
      return node.value
    case "null":
      return null
  }
}

/** The line and the column of a place, both from 1. */
export const positionOf = (text: string, at: number): { readonly line: number; readonly column: number } => {
  const before = text.slice(0, at)
  return { line: before.split("\n").length, column: at - before.lastIndexOf("\n") }
}
