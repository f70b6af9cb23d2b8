/** Loads a retry policy from its file, with the settings that win over it. */
import {
  compilePolicy,
  type CompiledRetryPolicy,
  defaultRetryPolicy,
  type RetryPolicy,
} from "@lead-gateway/retry-policy"
import { Data, Duration, Effect, Option, Result } from "effect"
import { existsSync } from "node:fs"
import { basename, dirname, join } from "node:path"
import { readDocument } from "./ConfigFile.ts"
import type { RetrySettings } from "./RetrySettings.ts"

/** A retry policy that is not valid: a line for each diagnostic, which begins with its file or its variables. */
export class PolicyFileInvalid extends Data.TaggedError("PolicyFileInvalid")<{
  readonly diagnostics: ReadonlyArray<string>
}> {
  override get message(): string {
    return this.diagnostics.join("\n")
  }
}

/**
 * Loads the retry policy of the settings: that of the file, or the default one. Fails with every diagnostic, repeated keys
 * included.
 *
 * Its version is that of the document, else the first 12 hex digits of the file's SHA-256; and the variables that win over
 * it, as in `default-1 MAX_RETRY_ATTEMPTS=3`.
 */
export const loadPolicy = Effect.fn("loadPolicy")(function* ({
  backoffBase,
  maxAttempts,
  policyFile,
}: RetrySettings): Effect.fn.Return<CompiledRetryPolicy, PolicyFileInvalid> {
  const document = yield* Option.match(policyFile, {
    onNone: () => Effect.succeed({ version: "default", ...defaultRetryPolicy }),
    onSome: readPolicy,
  })
  const set = [
    ...Option.toArray(Option.map(maxAttempts, (attempts) => `MAX_RETRY_ATTEMPTS=${attempts}`)),
    ...Option.toArray(Option.map(backoffBase, (base) => `RETRY_BACKOFF_BASE=${Duration.format(base)}`)),
  ]
  const policy = withBase(withAttempts(document, Option.getOrUndefined(maxAttempts)), backoffBase)
  const [name = "RETRY_POLICY_FILE"] = set.map((text) => text.slice(0, text.indexOf("=")))
  const file = Option.getOrElse(policyFile, () => "the default policy")
  return yield* compile(
    { ...policy, version: [document.version, ...set].join(" ") },
    (message) => `${name}: ${set.join(" and ")} cannot win over ${file}: ${message}`,
  )
})

/** Reads a policy, and checks it as it is, without the settings that win over it. */
const readPolicy = Effect.fnUntraced(function* (
  path: string,
): Effect.fn.Return<RetryPolicy & { readonly version: string }, PolicyFileInvalid> {
  const inFile = (line: string) => `${path}: ${line}`
  const read = yield* Effect.mapError(
    readDocument(path, "RETRY_POLICY_FILE"),
    (line) => new PolicyFileInvalid({ diagnostics: [line] }),
  )
  const compiled = yield* Effect.result(compile(read.content, inFile))
  const diagnostics = [
    ...read.repeated.map(inFile),
    ...(Result.isFailure(compiled) ? compiled.failure.diagnostics : []),
  ]
  if (Result.isFailure(compiled) || diagnostics.length > 0)
    return yield* new PolicyFileInvalid({ diagnostics })
  // It was compiled, so it has this shape.
  const policy = read.content as RetryPolicy
  return { ...policy, version: policy.version ?? read.version }
})

const compile = (document: unknown, line: (message: string) => string) =>
  Effect.fromResult(
    Result.mapError(
      compilePolicy(document),
      ({ message }) => new PolicyFileInvalid({ diagnostics: message.split("\n").map(line) }),
    ),
  )

/** Another number of attempts. A fixed list keeps the waits that they need. */
const withAttempts = <P extends RetryPolicy>(policy: P, attempts: number | undefined): P => {
  if (attempts === undefined) return policy
  const { backoff } = policy
  if (backoff.kind !== "fixed") return { ...policy, max_attempts: attempts }
  const [first = "1s"] = backoff.waits
  return {
    ...policy,
    max_attempts: attempts,
    // With one attempt there is no wait; a fixed list has at least one.
    backoff:
      attempts === 1
        ? { kind: "linear", base: first, step: "0s" }
        : { kind: "fixed", waits: backoff.waits.slice(0, attempts - 1) },
  }
}

/** Another first wait. In place of a fixed list each wait is twice the one before, as `RETRY_BACKOFF_BASE` says. */
const withBase = <P extends RetryPolicy>(policy: P, base: Option.Option<Duration.Duration>): P => {
  if (Option.isNone(base)) return policy
  const { backoff } = policy
  const text = `${Duration.toMillis(base.value)}ms`
  return backoff.kind === "fixed"
    ? {
        ...policy,
        backoff: { kind: "exponential", base: text },
        max_attempts: policy.max_attempts ?? backoff.waits.length + 1,
      }
    : { ...policy, backoff: { ...backoff, base: text } }
}

/**
 * Replaces the path of a policy in `config` by that of the file that ships in `folder`, if the working directory has no
 * folder `config`: `config/retry_policy.tolerant.json` can be named wherever a process starts.
 */
export const withShippedPolicy = (retry: RetrySettings, folder: string): RetrySettings => ({
  ...retry,
  policyFile: Option.map(retry.policyFile, (path) => {
    const shipped = join(folder, basename(path))
    return dirname(path) === "config" && !existsSync("config") && existsSync(shipped) ? shipped : path
  }),
})
