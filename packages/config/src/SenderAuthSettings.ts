/** Who may send webhooks: shared secrets, Standard Webhooks, and the verifiers of a file with their secrets. */
import { Option, Redacted, Result } from "effect"
import * as Kind from "./Kind.ts"
import * as Settings from "./Settings.ts"
import type * as Source from "./Source.ts"
import { type SenderVerifier, sendersOf } from "./VerifierFile.ts"

/** What senders authenticate by. */
export interface SenderAuthSettings {
  /** Values of `X-Shared-Secret` that a sender may use; none if that is not configured. */
  readonly sharedSecrets: ReadonlyArray<Redacted.Redacted>
  /** Verifiers, and their secrets, that a webhook may meet instead. */
  readonly verifiers: ReadonlyArray<SenderVerifier>
}

const variables = Settings.all({
  sharedSecrets: Settings.optional(
    "SHARED_SECRET",
    Kind.tokens,
    "The value of `X-Shared-Secret`; several separated by commas allow rotation",
  ),
  signingSecrets: Settings.optional(
    "WEBHOOK_SIGNING_SECRETS",
    Kind.withExample(Kind.tokens, "whsec_Y2hhbmdlLW1lLWNoYW5nZS1tZS1jaGFuZ2UtbWU="),
    "The secrets of signed webhooks: Standard Webhooks, and those of `WEBHOOK_VERIFIER_FILE`",
  ),
  verifierFile: Settings.optional(
    "WEBHOOK_VERIFIER_FILE",
    Kind.withExample(Kind.path, "config/webhook_verifier.json"),
    'How else webhooks are signed, such as `{ "preset": "meta" }`, or a list of verifiers; see `packages/webhook-verifier`',
  ),
})

/** The settings while nobody is asked for secrets: their values are checked, files are not read. */
export const uncheckedSenderAuth: Settings.Settings<unknown> = variables

/** What senders authenticate by, at least one of the three. Reads and compiles the verifiers' file. */
export const senderAuthSettings: Settings.Settings<SenderAuthSettings> = {
  ...variables,
  read: (source: Source.Source) =>
    Result.flatMap(
      variables.read(source),
      ({
        sharedSecrets,
        signingSecrets,
        verifierFile,
      }): Result.Result<SenderAuthSettings, ReadonlyArray<string>> => {
        if (Option.isNone(sharedSecrets) && Option.isNone(signingSecrets) && Option.isNone(verifierFile)) {
          return Result.fail([
            `SHARED_SECRET: is missing; use ${Kind.tokens.expected}, or set WEBHOOK_SIGNING_SECRETS or WEBHOOK_VERIFIER_FILE`,
          ])
        }
        const verifiers = sendersOf({
          secrets: Option.getOrElse(signingSecrets, () => []).map((secret) => Redacted.value(secret)),
          file: Option.getOrUndefined(verifierFile),
          readFile: source.readFile,
        })
        return Result.map(verifiers, (verifiers) => ({
          sharedSecrets: Option.getOrElse(sharedSecrets, () => []),
          verifiers,
        }))
      },
    ),
}
