import type { Report } from "@lead-gateway/document-check"
import type { SignatureVerifier } from "../VerifierDocument.ts"
import { signedText, uses } from "./signedText.ts"

/** Reports what no shape can express of a signature, each value of which is valid. */
export const reportContradictions = (report: Report, document: SignatureVerifier): void => {
  const { handshake, id, separator, signed, timestamp, url } = document
  const text = signedText(signed)
  const mustBeSigned = (key: "timestamp" | "id", isDeclared: boolean) => {
    if (isDeclared === uses(text, key)) return
    if (isDeclared)
      report(["signed"], signed, `a template with {${key}}: anybody can change what is not signed`)
    else report([key], undefined, `the header of {${key}}, which is signed`)
  }
  mustBeSigned("timestamp", timestamp !== undefined)
  mustBeSigned("id", id !== undefined)
  if (url !== undefined && !uses(text, "url")) report(["url"], url, "no such key: {url} is not signed")
  const isOfSignature = timestamp?.header.toLowerCase() === document.header.toLowerCase()
  if (isOfSignature && (separator === undefined || timestamp?.prefix === undefined)) {
    report(["timestamp"], timestamp, "a prefix and a separator: the header has a signature too")
  }
  // The handshake signs what anybody sends, as long as it is a UUID. No text that is signed may be one.
  const literals = [...text.before, ...text.after].flatMap((piece) =>
    piece.kind === "literal" ? [piece.text] : [],
  )
  if (handshake?.kind === "hmac" && !literals.some((literal) => /[^0-9a-f-]/i.test(literal))) {
    report(["signed"], signed, "a template with text that no challenge of the handshake can be a part of")
  }
}
