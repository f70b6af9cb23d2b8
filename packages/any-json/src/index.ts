/**
 * Generates JSON as the lossless parser makes it, for properties that hold of any payload or document.
 *
 * Keys are own properties, odd ones such as `__proto__` among them; texts may be blank or hold NUL and lone
 * surrogates; numbers that a double cannot hold are raw. By itself `it.prop` with `Schema.Json` makes none of
 * that. Used by the tests of the pure packages, each with the keys and texts that its subject looks at.
 */
export { anyJson, type AnyJson, type Vocabulary } from "./AnyJson.ts"
