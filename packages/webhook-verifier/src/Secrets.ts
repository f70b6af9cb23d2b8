import * as Data from "effect/Data"
import * as Result from "effect/Result"
import { createSecretKey, hash, type KeyObject } from "node:crypto"
import type { CompiledVerifier, SecretForm } from "./CompiledVerifier.ts"

/** The secrets of a verifier, prepared for use. Made by {@link prepareSecrets} only. Prints nothing of them. */
export interface Secrets {
  /** The keys of signatures, in the order of the secrets. */
  readonly keys: ReadonlyArray<KeyObject>
  /** The SHA-256 of each secret that is sent as it is. */
  readonly digests: ReadonlyArray<Uint8Array>
  /** The SHA-256 of each token of the handshake. */
  readonly handshakeDigests: ReadonlyArray<Uint8Array>
}

/** Secrets that a verifier cannot use. The message names their place in the list, and quotes nothing of them. */
export class SecretsInvalid extends Data.TaggedError("SecretsInvalid")<{
  /** The place in the list, from 0; -1 for an empty list. */
  readonly index: number
  readonly expected: string
}> {
  override get message(): string {
    return this.index < 0
      ? `expected ${this.expected}`
      : `secret ${this.index + 1}: expected ${this.expected}`
  }
}

/**
 * Prepares the secrets of a verifier, once: the first is the current one, further ones are accepted as well, so that a new
 * one can be added before the old one is removed. `handshake` has the tokens of its handshake, where that has some.
 */
export const prepareSecrets = (
  { scheme }: CompiledVerifier,
  secrets: ReadonlyArray<string>,
  handshake: ReadonlyArray<string> = [],
): Result.Result<Secrets, SecretsInvalid> => {
  const fail = (index: number, expected: string) => Result.fail(new SecretsInvalid({ index, expected }))
  if (secrets.length === 0) return fail(-1, "at least one secret")
  const form = scheme.kind === "signature" ? scheme.secret : asItIs
  const keys: Array<KeyObject> = []
  for (const [index, secret] of secrets.entries()) {
    const key = keyOf(secret, form)
    if (key === undefined) return fail(index, expectedOf(form))
    keys.push(createSecretKey(key))
  }
  if (handshake.some((token) => token === "")) {
    return fail(handshake.indexOf(""), "tokens of the handshake that are not empty")
  }
  return Result.succeed({
    keys: scheme.kind === "signature" ? keys : [],
    digests: scheme.kind === "signature" ? [] : secrets.map(digestOf),
    handshakeDigests: handshake.map(digestOf),
  })
}

/** The SHA-256 of a secret that is sent as it is: of one length, so that secrets can be compared in constant time. */
export const digestOf = (text: string): Uint8Array => hash("sha256", text, "buffer")

const asItIs: SecretForm = { encoding: "text", prefix: "", leastBytes: 1 }

const expectedOf = ({ encoding, leastBytes, prefix }: SecretForm): string => {
  const bytes = `at least ${leastBytes} ${leastBytes === 1 ? "byte" : "bytes"}`
  const key = encoding === "text" ? `a text of ${bytes}` : `${bytes} in ${encoding}`
  return prefix === "" ? key : `${prefix} and ${key}`
}

const keyOf = (secret: string, { encoding, leastBytes, prefix }: SecretForm): Buffer | undefined => {
  if (!secret.startsWith(prefix)) return undefined
  const text = secret.slice(prefix.length)
  const key = Buffer.from(text, encoding === "text" ? "utf8" : encoding)
  // Node ignores what is not of the encoding, so the text was only if encoding the key again gives the same.
  const isWhole =
    encoding === "text" || key.toString(encoding) === (encoding === "hex" ? text.toLowerCase() : text)
  return isWhole && key.length >= leastBytes ? key : undefined
}
