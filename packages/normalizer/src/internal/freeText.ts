import { cleanText } from "./text.ts"

/** Letters and marks of scripts in which a joiner or non-joiner behind a letter changes how a word is written. */
const joining =
  "[\\p{sc=Arab}\\p{sc=Syrc}\\p{sc=Mong}\\p{sc=Nkoo}\\p{sc=Deva}\\p{sc=Beng}\\p{sc=Guru}\\p{sc=Gujr}\\p{sc=Orya}\\p{sc=Taml}\\p{sc=Telu}\\p{sc=Knda}\\p{sc=Mlym}\\p{sc=Sinh}\\p{sc=Khmr}\\p{sc=Mymr}\\p{sc=Tibt}]"

/** The end of an emoji that a zero width joiner may tie to the next one: itself, its variant, its skin. */
const emojiEnd = "[\\p{Extended_Pictographic}\\ufe0f\\u{1f3fb}-\\u{1f3ff}]"

/**
 * What nobody sees or means: control characters that are no white space, soft hyphens, zero width spaces and
 * operators, embeddings and overrides of the writing direction, annotations; and joiners that join nothing. What
 * is removed is told by what stands beside it, which itself is never removed, so twice is once.
 */
const invisible = new RegExp(
  [
    "[\\0-\\x08\\x0e-\\x1f\\x7f-\\x84\\x86-\\x9f\\xad\\u200b\\u2060-\\u2064\\u202a-\\u202e\\u2066-\\u206f\\ufff9-\\ufffb]",
    `(?<!${joining})\\u200c`,
    `(?<!${joining})(?<!${emojiEnd}(?=\\u200d\\p{Extended_Pictographic}))\\u200d`,
  ].join("|"),
  "gu",
)

const mayHaveInvisible = /[^\x20-\x7e\xa0-\xac\xae-\u1fff]/

/** Clean text without what is invisible. Removing comes first: it can bring a letter and its mark together. */
export const cleanFreeText = (text: string): string =>
  cleanText(mayHaveInvisible.test(text) ? text.replace(invisible, "") : text)
