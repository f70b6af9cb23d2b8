/** A webhook as a command for a shell. */
import type { Json } from "@lead-gateway/client"

/**
 * The command that sends a payload to a gateway. Single quotes end and begin the shell's text again, so that whatever the
 * payload holds stays its text.
 */
export const curlOf = (origin: string, payload: Json, needsSecret: boolean): string =>
  [
    `curl ${origin}/webhooks/leads`,
    "-H 'Content-Type: application/json'",
    ...(needsSecret ? ['-H "X-Shared-Secret: $SHARED_SECRET"'] : []),
    `-d '${JSON.stringify(payload).replaceAll("'", String.raw`'\''`)}'`,
  ].join(" \\\n  ")
