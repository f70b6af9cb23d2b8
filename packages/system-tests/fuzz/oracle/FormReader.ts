/** A strict reader of forms, written apart from the product's: the oracle of what a form means. */
import type { Value } from "./JsonReader.ts"

/**
 * What a form is: the object of its fields; `malformed`; or `unclear`, if it is not in the form that careful senders write,
 * so that it may be accepted or refused.
 */
export type FormRead = Value | "malformed" | "unclear"

type Fields = ReadonlyArray<readonly [name: string, value: string]> | "malformed" | "unclear"

/** The media types of forms. */
export const formTypes: ReadonlyArray<string> = ["application/x-www-form-urlencoded", "multipart/form-data"]

/** Reads the body of a form; `contentType` as it came. */
export const readForm = (body: Buffer, contentType: string): FormRead => {
  const fields = fieldsOf(body, contentType)
  if (typeof fields === "string") return fields
  if (fields.length === 0) return "malformed"
  const root: Tree = new Map()
  for (const [name, value] of fields) if (!put(root, name, value)) return "malformed"
  return valueOf(root)
}

const fieldsOf = (body: Buffer, contentType: string): Fields => {
  const [, boundary] = /^multipart\/form-data; boundary=([\w.-]{1,70})$/.exec(contentType) ?? []
  if (boundary === undefined && contentType !== formTypes[0]) return "unclear"
  let text: string
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body)
  } catch {
    return boundary === undefined ? "malformed" : "unclear"
  }
  return boundary === undefined ? urlencoded(text) : multipart(text, boundary)
}

const urlencoded = (text: string): Fields => {
  const decode = (part: string) => decodeURIComponent(part.replaceAll("+", "%20"))
  try {
    return text
      .split("&")
      .filter((field) => field !== "")
      .map((field) => {
        const [name = "", ...value] = field.split("=")
        return [decode(name), decode(value.join("="))] as const
      })
  } catch {
    return "malformed"
  }
}

const multipart = (text: string, boundary: string): Fields => {
  const [before, ...parts] = `\r\n${text}`.split(`\r\n--${boundary}`)
  const end = parts.pop()
  if (before !== "" || (end !== "--" && end !== "--\r\n") || parts.length === 0) return "unclear"
  const fields = parts.map((part) =>
    /^\r\nContent-Disposition: form-data; name="([\w[\]]+)"\r\n\r\n([^]*)$/.exec(part),
  )
  return fields.includes(null)
    ? "unclear"
    : fields.map((match) => [match?.[1] ?? "", match?.[2] ?? ""] as const)
}

type Tree = Map<string, Node>
type Node = string | Array<Node> | Tree

/** Puts a value at `a[b][]`; false if something else is there. */
const put = (root: Tree, name: string, value: string): boolean => {
  const isNested = /^[^[\]]+(?:\[[^[\]]*\])+$/.test(name)
  const [first = "", ...inner] = isNested ? name.slice(0, -1).split(/\]?\[/) : [name]
  let node: Tree | Array<Node> = root
  let key = first
  for (const next of inner) {
    const there: Node | undefined = Array.isArray(node) ? undefined : node.get(key)
    let below: Node
    if (there === undefined) below = next === "" ? [] : new Map()
    else if (typeof there !== "string") below = there
    else if (next === "") below = [there]
    else return false
    if (Array.isArray(below) !== (next === "") || typeof below === "string") return false
    if (Array.isArray(node)) node.push(below)
    else node.set(key, below)
    node = below
    key = next
  }
  if (Array.isArray(node)) return node.push(value) > 0
  const there = node.get(key)
  if (there instanceof Map) return false
  if (Array.isArray(there)) there.push(value)
  else node.set(key, there === undefined ? value : [there, value])
  return true
}

const valueOf = (node: Node): Value => {
  if (typeof node === "string") return { kind: "string", text: storable(node) }
  if (Array.isArray(node)) return { kind: "list", items: node.map(valueOf) }
  return {
    kind: "object",
    entries: new Map([...node].map(([key, inner]) => [storable(key), valueOf(inner)])),
  }
}

const storable = (text: string): string => text.replaceAll("\0", "\uFFFD")
