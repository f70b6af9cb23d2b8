/**
 * Verifies webhooks by a document: which header has a signature, of which text, by which hash.
 *
 * `compileVerifier` checks a document or takes a preset, `prepareSecrets` prepares its secrets, `verify` is a pure function
 * of both, the request and the time. Used by the api. It reads no request and no file, keeps no state, and so refuses no
 * replay by itself: the verdict has the key that a replay is known by.
 */
export { answerHandshake, type HandshakeAnswer, hasHandshake } from "./answerHandshake.ts"
export {
  type CompiledVerifier,
  compileVerifier,
  compileVerifierOrThrow,
  type Handshake,
  VerifierInvalid,
} from "./CompiledVerifier.ts"
export { type PresetName, presets } from "./presets.ts"
export { prepareSecrets, type Secrets, SecretsInvalid } from "./Secrets.ts"
export { type Accepted, type Reason, reasons, type Refused, type Verdict } from "./Verdict.ts"
export type {
  KeyVerifier,
  PresetVerifier,
  SignatureVerifier,
  TokenVerifier,
  VerifierDocument,
} from "./VerifierDocument.ts"
export { checkBody, checkHead, type Pending, verify, type Webhook, type WebhookHead } from "./verify.ts"
export type { WebhookHeaders } from "./WebhookHeaders.ts"
