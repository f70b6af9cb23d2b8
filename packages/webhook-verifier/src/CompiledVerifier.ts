import { DocumentInvalid, documentProblem, isRecord, makeReport, read } from "@lead-gateway/document-check"
import { type FieldPath, parsePath } from "@lead-gateway/lead-field"
import * as Result from "effect/Result"
import { msOf } from "./DocumentParts.ts"
import { reportContradictions } from "./internal/contradictions.ts"
import type { SignatureForm } from "./internal/signatures.ts"
import { type SignedText, signedText } from "./internal/signedText.ts"
import { type UrlRule, urlRule } from "./internal/signedUrl.ts"
import { standardOf } from "./internal/standardOf.ts"
import type { TimeUnit } from "./internal/timestamp.ts"
import {
  KeyVerifier,
  PresetVerifier,
  SignatureVerifier,
  TokenVerifier,
  VerifierDocument,
} from "./VerifierDocument.ts"

/** A verifier that was checked and prepared for use. Made by {@link compileVerifier} only. */
export interface CompiledVerifier {
  readonly scheme: SignatureScheme | TokenScheme | KeyScheme
  /** The label of its secrets, where several verifiers have theirs in one list. */
  readonly secretsLabel: string | undefined
  readonly handshake: Handshake | undefined
}

/** An HMAC in a header. */
export interface SignatureScheme {
  readonly kind: "signature"
  /** In lower case, as Node names headers. */
  readonly header: string
  readonly form: SignatureForm
  readonly algorithm: "sha256" | "sha1" | "sha512"
  readonly signed: SignedText
  readonly timestamp: TimestampRule | undefined
  readonly idHeader: string | undefined
  readonly url: UrlRule
  readonly secret: SecretForm
}

/** Where the time is, and how far from now it may be. */
export interface TimestampRule {
  readonly header: string
  readonly prefix: string | undefined
  readonly separator: string | undefined
  readonly unit: TimeUnit
  readonly toleranceMs: number
}

/** How secrets are written. */
export interface SecretForm {
  readonly encoding: "text" | "base64" | "hex"
  readonly prefix: string
  readonly leastBytes: number
}

/** A secret in a header. */
export interface TokenScheme {
  readonly kind: "token"
  readonly header: string
  readonly prefix: string
}

/** A secret in the body. */
export interface KeyScheme {
  readonly kind: "key"
  readonly path: FieldPath
}

/** How a sender asks whether this is its receiver. */
export type Handshake = NonNullable<SignatureVerifier["handshake"]>

/**
 * The error of a verifier that is not valid, with all of its diagnostics.
 *
 * The message has one line for each of them, for example
 * `encoding: found "base32", expected "hex" or "base64"`.
 */
export class VerifierInvalid extends DocumentInvalid("VerifierInvalid", "webhook verifier") {}

/**
 * Checks a verifier and prepares it for use, once, when it is loaded.
 *
 * Accepts any value, as `JSON.parse` returns it; its type lets editors complete a document that is written in place. Fails
 * with {@link VerifierInvalid}, which holds all diagnostics. If each value is valid, contradictions are reported: a time or
 * an id that is not signed, or signed and not declared; a handshake by which anybody could get a body signed.
 */
export const compileVerifier = (
  json: VerifierDocument | {} | null | undefined,
): Result.Result<CompiledVerifier, VerifierInvalid> => {
  const { diagnostics, report } = makeReport()
  try {
    const problem = documentProblem(json)
    if (problem !== undefined || !isRecord(json)) {
      report([], json, problem ?? VerifierDocument.expected)
    } else {
      const compiled = compiledOf(json, report)
      if (compiled !== undefined && diagnostics.length === 0) return Result.succeed(compiled)
    }
    return Result.fail(new VerifierInvalid({ diagnostics }))
  } catch {
    // JavaScript has objects that no JSON parser makes: getters and proxies that throw.
    const actual = "a value that cannot be read"
    return Result.fail(
      new VerifierInvalid({ diagnostics: [{ path: "", actual, expected: VerifierDocument.expected }] }),
    )
  }
}

/** {@link compileVerifier}, but throws the {@link VerifierInvalid}: for verifiers that are part of a program. */
export const compileVerifierOrThrow = (json: VerifierDocument | {} | null | undefined): CompiledVerifier =>
  Result.getOrThrow(compileVerifier(json))

type Report = ReturnType<typeof makeReport>["report"]

/** The kind of a document is that of the key that only this kind has. */
const compiledOf = (
  json: Readonly<Record<string, unknown>>,
  report: Report,
): CompiledVerifier | undefined => {
  if (Object.hasOwn(json, "preset")) {
    const document = read(PresetVerifier, json, report)
    const standard = document && standardOf(document, report)
    if (standard === undefined) return undefined
    return "key_in_body" in standard ? ofKey(standard) : ofSignature(standard)
  }
  if (Object.hasOwn(json, "token_in_header")) {
    const document = read(TokenVerifier, json, report)
    return (
      document && {
        scheme: {
          kind: "token",
          header: document.token_in_header.toLowerCase(),
          prefix: document.prefix ?? "",
        },
        secretsLabel: document.secrets,
        handshake: undefined,
      }
    )
  }
  if (Object.hasOwn(json, "key_in_body")) {
    const document = read(KeyVerifier, json, report)
    return document && ofKey(document)
  }
  const document = read(SignatureVerifier, json, report)
  if (document === undefined) return undefined
  reportContradictions(report, document)
  return ofSignature(document)
}

const ofKey = ({ key_in_body, secrets }: KeyVerifier): CompiledVerifier => ({
  scheme: { kind: "key", path: parsePath(key_in_body) ?? [] },
  secretsLabel: secrets,
  handshake: undefined,
})

const lengths = { sha1: 20, sha256: 32, sha512: 64 } as const

const ofSignature = (document: SignatureVerifier): CompiledVerifier => {
  const { algorithm, encoding, prefix = "", secret, separator, timestamp, url } = document
  const header = document.header.toLowerCase()
  return {
    scheme: {
      kind: "signature",
      header,
      form: {
        separator,
        prefixes: typeof prefix === "string" ? [prefix] : prefix,
        encoding,
        length: lengths[algorithm],
      },
      algorithm,
      signed: signedText(document.signed),
      timestamp: timestamp && {
        header: timestamp.header.toLowerCase(),
        prefix: timestamp.prefix,
        separator: timestamp.prefix === undefined ? undefined : (separator ?? ","),
        unit: timestamp.unit,
        toleranceMs: msOf(timestamp.tolerance ?? "5m"),
      },
      idHeader: document.id?.toLowerCase(),
      url: urlRule(url?.base, url?.decode),
      secret: {
        encoding: secret?.encoding ?? "text",
        prefix: secret?.prefix ?? "",
        leastBytes: secret?.least_bytes ?? 1,
      },
    },
    secretsLabel: document.secrets,
    handshake: document.handshake,
  }
}
