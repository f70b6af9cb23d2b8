/**
 * The verifiers of senders with their secrets, from a file of verifiers and a list of secrets.
 *
 * The file has a verifier or a list of them. A secret belongs to the verifiers whose label stands in front of it
 * (`meta:0123…`), or to those without a label; only labels that the file names count as such, so that a secret may hold a
 * colon. A secret of Standard Webhooks is one wherever it stands without a label.
 */
import {
  type CompiledVerifier,
  compileVerifier,
  compileVerifierOrThrow,
  prepareSecrets,
  type Secrets,
} from "@lead-gateway/webhook-verifier"
import { Array, Result } from "effect"
import { parseText, repeatedKeys } from "./ConfigFile.ts"
import { quoted, type Source } from "./Source.ts"

/** A verifier with its secrets. */
export interface SenderVerifier {
  readonly verifier: CompiledVerifier
  readonly secrets: Secrets
}

/** Where verifiers and secrets come from. */
interface Origin {
  readonly secrets: ReadonlyArray<string>
  readonly file: string | undefined
  readonly readFile: Source["readFile"]
}

type Lines = ReadonlyArray<string>

/** The verifiers, or a line for each diagnostic. */
export const sendersOf = ({
  file,
  readFile,
  secrets,
}: Origin): Result.Result<ReadonlyArray<SenderVerifier>, Lines> => {
  const read = file === undefined ? Result.succeed([]) : verifiersIn(file, readFile)
  return Result.flatMap(read, (verifiers) => {
    const { labelled, unlabelled } = byLabel(secrets, verifiers)
    const secretsOf = (label: string | undefined) =>
      label === undefined ? unlabelled : (labelled.get(label) ?? [])
    const prepared = verifiers.map((verifier, index) => {
      const { handshake, secretsLabel } = verifier
      const tokens = handshake?.kind === "echo" ? secretsOf(handshake.secrets) : []
      const name = `verifier ${index + 1} of ${file}`
      const label = secretsLabel === undefined ? "" : `, behind ${secretsLabel}:`
      return Result.mapBoth(prepareSecrets(verifier, secretsOf(secretsLabel), tokens), {
        onSuccess: (secrets) => ({ verifier, secrets }),
        onFailure: ({ expected, index }) =>
          index < 0
            ? `WEBHOOK_SIGNING_SECRETS: has no secret of ${name}; add it${label}`
            : `WEBHOOK_SIGNING_SECRETS: (secret) is invalid; use for ${name}${label} ${expected}`,
      })
    })
    const ofStandard = unlabelled.filter(isStandard)
    const [ready, failures] = Array.separate(prepared)
    if (verifiers.length === 0 && ofStandard.length < unlabelled.length) {
      return Result.fail([
        "WEBHOOK_SIGNING_SECRETS: (secret) is invalid; use whsec_ and 24 to 64 bytes in base64 for Standard Webhooks, " +
          "or name the verifier of other secrets in WEBHOOK_VERIFIER_FILE",
      ])
    }
    if (failures.length > 0) return Result.fail(failures)
    if (ofStandard.length === 0 || verifiers.some(isOfAllStandard)) return Result.succeed(ready)
    return Result.mapBoth(prepareSecrets(standard, ofStandard), {
      onSuccess: (secrets) => [{ verifier: standard, secrets }, ...ready],
      onFailure: ({ message }) => [`WEBHOOK_SIGNING_SECRETS: ${message}`],
    })
  })
}

const standard = compileVerifierOrThrow({ preset: "standard-webhooks" })

/** Whether a verifier of the file has all secrets of Standard Webhooks already. */
const isOfAllStandard = ({ scheme, secretsLabel }: CompiledVerifier): boolean =>
  secretsLabel === undefined && scheme.kind === "signature" && scheme.header === "webhook-signature"

const isStandard = (secret: string): boolean => {
  const [, base64] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret) ?? []
  if (base64 === undefined) return false
  const key = Buffer.from(base64, "base64")
  return key.toString("base64") === base64 && key.length >= 24 && key.length <= 64
}

const verifiersIn = (
  file: string,
  readFile: Source["readFile"],
): Result.Result<ReadonlyArray<CompiledVerifier>, Lines> => {
  const text = readFile(file)
  if (Result.isFailure(text)) {
    return Result.fail([
      `WEBHOOK_VERIFIER_FILE: ${quoted(file)} cannot be read (${text.failure}); use the path of a readable file of JSON`,
    ])
  }
  const content = text.success.replace(/^\u{FEFF}/u, "")
  const json = parseText(file, content)
  if (Result.isFailure(json)) return Result.fail([json.failure])
  const repeated = repeatedKeys(content).map((line) => `${file}: ${line}`)
  const documents: ReadonlyArray<unknown> = Array.isArray(json.success) ? json.success : [json.success]
  const empty = documents.length === 0 ? [`${file}: found [], expected a verifier or a list of them`] : []
  const [verifiers, failures] = Array.separate(
    documents.map((document, index) =>
      Result.mapError(compileVerifier(document), ({ message }) =>
        message.split("\n").map((line) => `${file}: ${documents.length > 1 ? `${index}: ` : ""}${line}`),
      ),
    ),
  )
  const diagnostics = [...repeated, ...empty, ...failures.flat()]
  return diagnostics.length > 0 ? Result.fail(diagnostics) : Result.succeed(verifiers)
}

/** The secrets by their labels, of those that verifiers name. */
const byLabel = (secrets: ReadonlyArray<string>, verifiers: ReadonlyArray<CompiledVerifier>) => {
  const labels = new Set(
    verifiers.flatMap(({ handshake, secretsLabel }) => [
      ...(secretsLabel === undefined ? [] : [secretsLabel]),
      ...(handshake?.kind === "echo" ? [handshake.secrets] : []),
    ]),
  )
  const labelled = new Map<string, Array<string>>()
  const unlabelled: Array<string> = []
  for (const secret of secrets) {
    const [, label = "", rest = ""] = /^([a-z][a-z0-9_-]*):(.*)$/s.exec(secret) ?? []
    if (!labels.has(label)) unlabelled.push(secret)
    else labelled.set(label, [...(labelled.get(label) ?? []), rest.trim()])
  }
  return { labelled, unlabelled }
}
