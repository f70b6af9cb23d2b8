/** Control characters, line separators, direction marks, halves of characters: what could fake or garble a line. */
const misleading = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu

/** A text whose misleading characters are visible, as JSON escapes them: a line feed becomes `\u000a`. */
export const oneLine = (text: string): string =>
  text.replace(misleading, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`)
