import type { Report } from "@lead-gateway/document-check"
import { presets } from "../presets.ts"
import type { KeyVerifier, PresetVerifier, SignatureVerifier } from "../VerifierDocument.ts"

/** The document of a preset, with what differs. Reports what the preset has no use for. */
export const standardOf = (document: PresetVerifier, report: Report): SignatureVerifier | KeyVerifier => {
  const { handshake_secrets, preset, secrets, tolerance, url_base } = document
  const standard = presets[preset]
  const refuse = (key: keyof PresetVerifier, what: string) =>
    report([key], document[key], `no such key: ${preset} has no ${what}`)
  if ("key_in_body" in standard) {
    if (tolerance !== undefined) refuse("tolerance", "time")
    if (url_base !== undefined) refuse("url_base", "signed URL")
    if (handshake_secrets !== undefined) refuse("handshake_secrets", "handshake with a token")
    return { ...standard, ...(secrets === undefined ? {} : { secrets }) }
  }
  const { handshake, timestamp, url } = standard
  if (tolerance !== undefined && timestamp === undefined) refuse("tolerance", "time")
  if (url_base !== undefined && url === undefined) refuse("url_base", "signed URL")
  if (handshake_secrets !== undefined && handshake?.kind !== "echo") {
    refuse("handshake_secrets", "handshake with a token")
  }
  return {
    ...standard,
    ...(secrets === undefined ? {} : { secrets }),
    ...(timestamp === undefined || tolerance === undefined ? {} : { timestamp: { ...timestamp, tolerance } }),
    ...(url === undefined || url_base === undefined ? {} : { url: { ...url, base: url_base } }),
    ...(handshake?.kind !== "echo" || handshake_secrets === undefined
      ? {}
      : { handshake: { ...handshake, secrets: handshake_secrets } }),
  }
}
