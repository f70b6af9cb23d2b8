import { type FieldPath, isMissing } from "@lead-gateway/lead-field"
import { isRawNumber, type Json } from "@lead-gateway/lossless-json"
import { isDigitless, soleItem } from "./containers.ts"
import { type Field, type FieldTree, isTree } from "./FieldTree.ts"
import { foldKey, numberedKey } from "./foldKey.ts"
import { isBlankOnceClean } from "./text.ts"

/** A field that aliases fill when it is missing. */
export interface Target {
  readonly path: FieldPath
  readonly declared: Field | FieldTree | undefined
}

/** A field of a source, or a question. The source with the lowest rank is preferred. */
export interface Source {
  readonly path: FieldPath
  readonly target: Target
  readonly rank: number
  /** If the value is in several fields of the object at the path. */
  readonly join?: Join
}

/** The fields of an object that become one text. */
export interface Join {
  /** From the object. Keys are compared exactly, as in an answer. */
  readonly parts: ReadonlyArray<{ readonly path: FieldPath; readonly isRequired: boolean }>
  readonly prefix: string
}

/** Sources by their folded keys, see `foldPath`. */
export interface SourceTree {
  readonly keys: Map<string, SourceTree>
  /** The source whose path ends here. Sources inside it have the same target and a lower rank. */
  source?: Source
  /** The sources whose fields are in the object here. */
  joined?: Array<Source>
  /** If the value here is a list of answers: how its items are read. `keys` are questions then. */
  answers?: AnswerList
  /** Whether a key has `{n}`. */
  isNumbered?: boolean
}

/** Where the items of a list of answers have their question and answer, the preferred place first. */
export interface AnswerList {
  readonly questions: ReadonlyArray<FieldPath>
  /** The texts of questions that items name by an identifier, from the root of the payload. */
  readonly questionTexts: Lookup | undefined
  readonly answers: ReadonlyArray<FieldPath>
  /** The texts of answers that are identifiers of options, from the item. */
  readonly options: Lookup | undefined
}

/** A list of objects that have an identifier and a text. */
export interface Lookup {
  readonly list: FieldPath
  readonly id: FieldPath
  readonly text: FieldPath
}

/** The sources at a key, or at a question, inside a tree. */
export const insideAt = (tree: SourceTree, key: string): SourceTree | undefined => {
  const folded = foldKey(key)
  const exact = tree.keys.get(folded)
  if (exact !== undefined || tree.isNumbered !== true) return exact
  const numbered = numberedKey(folded)
  return numbered === undefined ? undefined : tree.keys.get(numbered)
}

/** Whether a value is missing, or will be once it is normalised as the target, such as a phone without a digit. */
export const isMissingIn = ({ declared }: Target, given: Json | undefined): boolean => {
  if (given === undefined || isMissing(given)) return true
  if (isTree(declared)) return false
  const value = declared === undefined ? given : (soleItem(given) ?? given)
  if (declared?.kind === "phone") {
    if (typeof value === "object" && !isRawNumber(value)) return isDigitless(value)
    // A text with a digit is never missing as a phone, so there is no need to parse it.
    if (typeof value === "string" && /\d/.test(value)) return false
    return declared.convert(value) === null
  }
  return typeof value === "string" && isBlankOnceClean(value)
}
