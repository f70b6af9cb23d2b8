import { Shape } from "@lead-gateway/document-check"
import { FieldPathText } from "@lead-gateway/lead-field"

/** One of the paths in a joined source. */
const part = Shape.annotate(FieldPathText, { expected: "a path such as area in the object at path" })

/** A source whose value is in several fields of one object, which are joined to one text. */
export const JoinedSource = Shape.object(
  {
    path: Shape.annotate(FieldPathText, {
      description: "The path of the object; keys are compared as in other sources.",
    }),
    join: Shape.list(part, {
      minimum: 2,
      expected: "a list of two paths or more",
      description:
        "The paths in the object whose values become one text, with a space between them. Missing ones are left out.",
    }),
    required: Shape.optional(
      Shape.list(part, {
        expected: "a list of paths in join",
        description:
          "Those of join without which the source counts as missing. Without it one value suffices.",
      }),
    ),
    prefix: Shape.optional(
      Shape.annotate(Shape.notBlank, {
        description: "What is put before the text unless it begins with it: + before a country code.",
      }),
    ),
  },
  { expected: "an object with the keys path, join and, where needed, required, prefix" },
)

/** A source whose value is in several fields; see the shape of the same name. */
export type JoinedSource = Shape.TypeOf<typeof JoinedSource>

/** A source of an alias: the path of a field or a question, or fields to join. */
export const AliasSource = Shape.union([FieldPathText, JoinedSource], {
  expected: "a path such as house.is_owner, or an object with the keys path and join",
  description:
    "A field or question of the source, or several fields of an object that are joined to one text.",
})

/** A source of an alias; see the shape of the same name. */
export type AliasSource = Shape.TypeOf<typeof AliasSource>
