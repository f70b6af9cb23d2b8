/** Characters that terminals and line readers interpret: C0, DEL, C1, line separators. */
const controls = /[\p{Cc}\u2028\u2029]/gu

/** Escapes control characters, so that a text stays on its line: a line break becomes `\u000a`. */
export const escapeControls = (text: string): string =>
  text.replace(controls, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`)
