/** Everything that a terminal or a line reader may take for more than text: C0, DEL, C1, line separators. */
const controls = /[\p{Cc}\u2028\u2029]/gu

/** Keeps a text on its line, whatever is in it: a line break becomes `\u000a`. */
export const escapeControls = (text: string): string =>
  text.replace(controls, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`)
