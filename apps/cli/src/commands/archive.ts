/** `lead-gateway archive read`. */
import { LeadId } from "@lead-gateway/lead"
import { Schema } from "effect"
import { Argument, Command, Flag } from "effect/cli"
import { lazily } from "../lazily.ts"

const read = Command.make(
  "read",
  {
    path: Argument.String("path").pipe(Argument.withDescription("A file of the archive, or its folder")),
    id: Flag.Int("id").pipe(
      Flag.withDescription("The lead with this id alone"),
      Flag.filter(Schema.is(LeadId), (id) => `found ${id}, expected a whole number from 1`),
      Flag.optional,
    ),
  },
  lazily(async () => (await import("../operator/archive.ts")).printArchived),
).pipe(
  Command.withDescription(
    "Print archived leads, one on each line with all that belongs to it; personal data. Each comes once, as it was archived last",
  ),
  Command.withExamples([
    { command: "lead-gateway archive read archive/", description: "Print all of them" },
    { command: "lead-gateway archive read archive/ --id 42", description: "Print one" },
  ]),
)

/** What retention has written before leads went. */
export const archive = Command.make("archive").pipe(
  Command.withDescription("Read what retention has archived; it needs no database"),
  Command.withSubcommands([read]),
)
