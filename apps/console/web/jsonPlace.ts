/** Where in a JSON text a caret is, although the text is not finished. */

/** One step from the document's root to the place. */
export interface Step {
  /** The member's name in an object; the place in a list. */
  readonly key: string | number
  /** What the object's members before this one are, where they are texts: they say which form of the object is meant. */
  readonly before: ReadonlyMap<string, string>
}

/** The place. */
export interface JsonPlace {
  readonly path: ReadonlyArray<Step>
  /** Whether the name of a member is expected here, or a value. */
  readonly expects: "name" | "value"
  /** The members that the object has already, up to the caret: their names, with their values where these are texts. */
  readonly members: ReadonlyMap<string, string>
  /** Where the word begins that is being typed, a quotation mark included. */
  readonly from: number
  /** What of it is typed so far, without the quotation mark. */
  readonly prefix: string
}

interface Frame {
  readonly isList: boolean
  key: string | number
  expects: "name" | "colon" | "value" | "comma"
  readonly members: Map<string, string>
}

const word = /"(?:[^"\\\n]|\\.)*"?|[A-Za-z0-9.+-]+/y

/** Finds the place of a caret; undefined where no name and no value can stand. */
export const placeAt = (text: string, caret: number): JsonPlace | undefined => {
  const frames: Array<Frame> = []
  const root: Frame = { isList: true, key: 0, expects: "value", members: new Map() }
  const top = () => frames.at(-1) ?? root
  let at = 0
  while (at < caret) {
    const frame = top()
    const character = text[at] ?? ""
    word.lastIndex = at
    const found = word.exec(text)?.[0]
    if (found !== undefined) {
      const end = at + found.length
      if (end > caret || (end === caret && !isClosed(found)))
        return placeOf(frames, root, at, text.slice(at, caret))
      readWord(frame, found)
      at = end
      continue
    }
    if (character === "{" || character === "[") {
      const isList = character === "["
      frames.push({ isList, key: 0, expects: isList ? "value" : "name", members: new Map() })
    } else if (character === "}" || character === "]") {
      frames.pop()
      top().expects = "comma"
    } else if (character === ":") frame.expects = "value"
    else if (character === ",") {
      frame.expects = frame.isList ? "value" : "name"
      if (typeof frame.key === "number") frame.key++
    }
    at++
  }
  return placeOf(frames, root, caret, "")
}

const isClosed = (found: string): boolean => found.length > 1 && found.startsWith('"') && found.endsWith('"')

const readWord = (frame: Frame, found: string): void => {
  const value = found.startsWith('"') ? found.slice(1, -1) : undefined
  if (frame.expects === "name" && value !== undefined) {
    frame.key = value
    frame.members.set(value, "")
    frame.expects = "colon"
    return
  }
  if (!frame.isList && value !== undefined) frame.members.set(String(frame.key), value)
  frame.expects = "comma"
}

const placeOf = (
  frames: ReadonlyArray<Frame>,
  root: Frame,
  from: number,
  typed: string,
): JsonPlace | undefined => {
  const frame = frames.at(-1) ?? root
  const { expects } = frame
  if (expects !== "name" && expects !== "value") return undefined
  // An object whose member's name is expected is the place itself; the value of a member is one step further.
  const steps = expects === "name" ? frames.slice(0, -1) : frames
  return {
    path: steps.map(({ key, members }) => ({ key, before: members })),
    expects,
    members: frame.members,
    from,
    prefix: typed.replace(/^"/, ""),
  }
}
