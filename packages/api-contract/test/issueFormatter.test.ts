import { assert, describe, it } from "@effect/vitest"
import { NewReplay } from "@lead-gateway/api-contract"
import { Exit, Schema, SchemaIssue } from "effect"
import { makeIssueFormatter } from "../src/internal/issueFormatter.ts"

const issuesOf = makeIssueFormatter()

const messagesOf = (body: unknown): ReadonlyArray<string> => {
  const exit = Schema.decodeUnknownExit(NewReplay)(body, { errors: "all", onExcessProperty: "error" })
  const issue = Exit.isFailure(exit) ? Exit.findErrorOption(exit) : undefined
  if (issue?._tag !== "Some") return []
  const { issues } = issuesOf(SchemaIssue.isIssue(issue.value) ? issue.value : issue.value.issue)
  return issues.map(({ message, path = [] }) => `${path.map(String).join(".")} must be ${message}`)
}

describe("the messages of issues", () => {
  it.each([
    ["a text for an id", { request_id: "r", ids: ["1"] }, "ids.0 must be a number"],
    ["half an id", { request_id: "r", ids: [1.5] }, "ids.0 must be an integer"],
    [
      "an id that none is",
      { request_id: "r", ids: [-1] },
      "ids.0 must be the id of a lead, a whole number from 1",
    ],
    [
      "a number for a filter",
      { request_id: "r", filter: 1 },
      "filter must be an object with at least one of status, reason, received_from and received_before",
    ],
    ["a number for a reason", { request_id: "r", filter: { reason: 1 } }, "filter.reason must be a string"],
    [
      "a key that is none",
      { request_id: "r", id: 1 },
      "id must be absent: the keys are request_id, ids, filter, dry_run, even_if_delivered and payload_patch",
    ],
  ])("complete a sentence: %s", (_, body, expected) => {
    assert.deepStrictEqual(messagesOf(body), [expected])
  })
})
