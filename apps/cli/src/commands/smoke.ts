/** `lead-gateway smoke`. */
import { Console, Effect, Option } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { readFile } from "node:fs/promises"
import { json } from "../Output.ts"
import { addressOf, within } from "./within.ts"

const ends = ["DELIVERED", "REJECTED", "FAILED", "PERMANENTLY_FAILED"] as const

/** A lead that the shipped rules reject: it passes the api, the database and a worker, and reaches no customer. */
const rejected = { smoke_test: true, zipcode: "00000", house: { is_owner: false } }

const flags = {
  url: Argument.String("url").pipe(
    Argument.withDescription("The address of the api, such as http://127.0.0.1:8080"),
    Argument.filter(
      (url) => addressOf(url) !== undefined,
      () => "expected an address such as http://127.0.0.1:8080",
    ),
  ),
  lead: Flag.String("lead").pipe(
    Flag.withDescription(
      "A file with the JSON of the lead to send; with --expect DELIVERED the customer gets it. Unless given, one that the shipped rules reject",
    ),
    Flag.optional,
  ),
  expect: Flag.Literals("expect", ends).pipe(
    Flag.withDescription("The status that it must reach; REJECTED unless given"),
    Flag.withDefault("REJECTED" as const),
  ),
  within: within("30s", "How long it may take"),
  json: json("Print the result as JSON"),
}

/** Sends a test lead through a running gateway and follows it to its end. */
export const smoke = Command.make(
  "smoke",
  flags,
  Effect.fnUntraced(function* ({ expect, json, lead, url, within }) {
    const { SmokeFailed, smokeTest } = yield* Effect.promise(() => import("../smoke/smokeTest.ts"))
    const text = yield* Option.match(lead, {
      onNone: () => Effect.succeed(JSON.stringify(rejected)),
      onSome: (path) =>
        Effect.tryPromise({
          try: () => readFile(path, "utf8"),
          catch: () => new SmokeFailed({ message: "--lead: the file cannot be read" }),
        }),
    })
    const result = yield* smokeTest({ url: addressOf(url) ?? url, lead: text, expected: expect, within })
    const { correlationId, endedMs, leadId, receivedMs, status } = result
    yield* Console.log(
      json
        ? JSON.stringify({
            lead_id: leadId,
            correlation_id: correlationId,
            status,
            received_ms: receivedMs,
            ended_ms: endedMs,
          })
        : `lead ${leadId} (${correlationId}) was received after ${receivedMs} ms and is ${status} after ${endedMs} ms`,
    )
  }),
).pipe(
  Command.withDescription(
    "Send one test lead through a running gateway and follow it to its end; code 1 when it does not get there in time. Its correlation id begins with smoke-. Unless another is named, it is one that the shipped rules reject, so that no customer gets it. SHARED_SECRET or WEBHOOK_SIGNING_SECRETS (Standard Webhooks), and OPERATOR_TOKENS, are read from the environment and .env",
  ),
  Command.withShortDescription("Send a test lead and follow it"),
  Command.withExamples([
    { command: "lead-gateway smoke http://127.0.0.1:8080", description: "After a deployment" },
    {
      command: "lead-gateway smoke http://127.0.0.1:8080 --lead lead.json --expect DELIVERED",
      description: "As far as the customer",
    },
  ]),
)
