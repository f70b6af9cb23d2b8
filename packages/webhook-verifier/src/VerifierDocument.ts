import { Shape } from "@lead-gateway/document-check"
import { PlainPathText } from "@lead-gateway/lead-field"
import {
  base,
  Handshake,
  header,
  label,
  prefixText,
  Secret,
  secrets,
  separator,
  Timestamp,
  tolerance,
  Url,
} from "./DocumentParts.ts"
import { templateProblem } from "./internal/signedText.ts"
import { presetNames } from "./presetNames.ts"

/** A signature in a header: an HMAC of a text that the body is a part of. */
export const SignatureVerifier = Shape.object(
  {
    $schema: Shape.schemaReference,
    header: header("The header that has the signature, or several."),
    prefix: Shape.optional(
      Shape.union(
        [
          prefixText,
          Shape.list(Shape.text({ expected: "a text", form: /^[\x20-\x7e]{0,100}$/u }), {
            minimum: 1,
            maximum: 8,
            expected: "a list of texts",
            expectedLength: "a list of 1 to 8 texts",
          }),
        ],
        {
          expected: "a text such as sha256=, or a list of them",
          description:
            'What a signature begins with, such as sha256= or v1,; of a list, the first that fits ("" always does).',
        },
      ),
    ),
    separator: Shape.optional(separator),
    encoding: Shape.literals(["hex", "base64"], { description: "How the signature is written." }),
    algorithm: Shape.literals(["sha256", "sha1", "sha512"], { description: "The hash of the HMAC." }),
    signed: Shape.text({
      expected: "a template such as {timestamp}.{body}",
      also: {
        holds: (text) => templateProblem(text) === undefined,
        expected: (text) => templateProblem(text) ?? "a template",
      },
      description:
        "The text that is signed: {body} (once) with {timestamp}, {id}, {method}, {url}, {path}, {header:X-Name} and any text. A brace is written twice.",
    }),
    timestamp: Shape.optional(Timestamp),
    id: Shape.optional(header("The header that has the id of the message.")),
    url: Shape.optional(Url),
    secret: Shape.optional(Secret),
    secrets,
    handshake: Shape.optional(Handshake),
  },
  { expected: "an object with the keys header, encoding, algorithm and signed" },
)
export type SignatureVerifier = Shape.TypeOf<typeof SignatureVerifier>

/** A secret in a header, as it is. */
export const TokenVerifier = Shape.object(
  {
    $schema: Shape.schemaReference,
    token_in_header: header("The header that has the secret."),
    prefix: Shape.optional(
      Shape.annotate(prefixText, { description: "What the header begins with, in front of the secret." }),
    ),
    secrets,
  },
  { expected: "an object with the key token_in_header" },
)
export type TokenVerifier = Shape.TypeOf<typeof TokenVerifier>

/** A secret in the body, as it is. */
export const KeyVerifier = Shape.object(
  {
    $schema: Shape.schemaReference,
    key_in_body: Shape.annotate(PlainPathText, {
      description: "Where the secret is in the JSON of the body.",
    }),
    secrets,
  },
  { expected: "an object with the key key_in_body" },
)
export type KeyVerifier = Shape.TypeOf<typeof KeyVerifier>

/** A verifier by its name, with what differs from one installation to another. */
export const PresetVerifier = Shape.object(
  {
    $schema: Shape.schemaReference,
    preset: Shape.literals(presetNames, { description: "The sender." }),
    tolerance,
    url_base: Shape.optional(base),
    secrets,
    handshake_secrets: Shape.optional(
      label("The label of the tokens of the handshake, in place of verify_token."),
    ),
  },
  { expected: "an object with the key preset" },
)
export type PresetVerifier = Shape.TypeOf<typeof PresetVerifier>

/**
 * How a sender's webhooks are verified. Plain JSON: a preset, or a signature, token or key in all its parts.
 *
 * `compileVerifier` checks it and prepares it for use; it also reports contradictions, which this shape cannot.
 */
export const VerifierDocument = Shape.union([PresetVerifier, SignatureVerifier, TokenVerifier, KeyVerifier], {
  expected:
    "an object with the key preset, token_in_header or key_in_body, or with the keys header, encoding, algorithm and signed",
})
export type VerifierDocument = Shape.TypeOf<typeof VerifierDocument>
