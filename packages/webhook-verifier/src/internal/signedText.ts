/** The template of the text that is signed: what surrounds the body, made of what a request says of itself. */

/** What a placeholder stands for, beside headers. */
type Name = "timestamp" | "id" | "body" | "method" | "url" | "path"

/** A part of the text: literal bytes as Latin-1, a header, or one of the named parts. */
export type Piece =
  | { readonly kind: "literal"; readonly text: string }
  | { readonly kind: "header"; readonly name: string }
  | { readonly kind: Name }

/** The values of the parts, as texts of one byte a character. */
export interface SignedValues {
  readonly timestamp: string
  readonly id: string
  readonly method: string
  readonly url: string
  readonly path: string
}

const names: ReadonlySet<string> = new Set(["timestamp", "id", "body", "method", "url", "path"])

const token = /\{\{|\}\}|\{([^{}]*)\}|[{}]|[^{}]+/gu

/** The parts of a template, or what is expected instead. */
const parse = (template: string): ReadonlyArray<Piece> | string => {
  const pieces: Array<Piece> = []
  for (const [text, name] of template.matchAll(token)) {
    if (name !== undefined) {
      const [, header] = /^header:([A-Za-z0-9!#$%&'*+.^_`|~-]+)$/u.exec(name) ?? []
      if (header !== undefined) pieces.push({ kind: "header", name: header.toLowerCase() })
      else if (names.has(name)) pieces.push({ kind: name as Name })
      else return "{timestamp}, {id}, {body}, {method}, {url}, {path} or {header:X-Name} in braces"
    } else if (text === "{" || text === "}") return "every brace closed, or written twice"
    else {
      const literal = text === "{{" || text === "}}" ? text.slice(1) : text
      pieces.push({ kind: "literal", text: Buffer.from(literal, "utf8").toString("latin1") })
    }
  }
  return pieces.filter(({ kind }) => kind === "body").length === 1
    ? pieces
    : "a template with {body} exactly once"
}

/** What is expected instead of a text that is no template; `undefined` for a template. */
export const templateProblem = (template: string): string | undefined => {
  const pieces = parse(template)
  return typeof pieces === "string" ? pieces : undefined
}

/** A template that was parsed. */
export interface SignedText {
  readonly before: ReadonlyArray<Piece>
  readonly after: ReadonlyArray<Piece>
  /** Whether the URL, or its path, is a part of it. */
  readonly hasUrl: boolean
}

/** Parses a template without a problem. */
export const signedText = (template: string): SignedText => {
  const pieces = parse(template)
  if (typeof pieces === "string") return { before: [], after: [], hasUrl: false }
  const body = pieces.findIndex(({ kind }) => kind === "body")
  const hasUrl = pieces.some(({ kind }) => kind === "url" || kind === "path")
  return { before: pieces.slice(0, body), after: pieces.slice(body + 1), hasUrl }
}

/** Whether a template has such a part. */
export const uses = ({ after, before }: SignedText, kind: Piece["kind"]): boolean =>
  before.some((piece) => piece.kind === kind) || after.some((piece) => piece.kind === kind)

/** The text of parts, one byte a character; `undefined` where a header is missing. */
export const textOf = (
  pieces: ReadonlyArray<Piece>,
  values: SignedValues,
  headers: Readonly<Record<string, unknown>>,
): string | undefined => {
  let text = ""
  for (const piece of pieces) {
    if (piece.kind === "literal") text += piece.text
    else if (piece.kind === "header") {
      const value = headers[piece.name]
      if (typeof value !== "string") return undefined
      text += value
    } else if (piece.kind !== "body") text += values[piece.kind]
  }
  return text
}
