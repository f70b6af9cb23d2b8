/** One mistake in a mapping or a template. */
export interface Mistake {
  /** Where it is, keys and list indices separated by dots: `"solar_area.min"`. Empty for the whole. */
  readonly path: string
  /** The value that is there, as JSON and shortened, or `"nothing"`. */
  readonly found: string
  /** What may be there instead. */
  readonly allowed: string
}
