/** One mistake in a document. */
export interface Diagnostic {
  /** Where it is, keys and list indices separated by dots: `"rules.0.pattern"`. Empty for the whole document. */
  readonly path: string
  /** The value that is there, as `printValue` prints it: JSON on one line and shortened, or `"nothing"`. */
  readonly actual: string
  /** What may be there instead. */
  readonly expected: string
}
