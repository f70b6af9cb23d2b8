import { Shape } from "@lead-gateway/document-check"
import { FieldPathText } from "@lead-gateway/lead-field"

const path = (description: string) => Shape.annotate(FieldPathText, { description })

/** One path, or a list of them with the preferred one first. */
const paths = (description: string) =>
  Shape.union(
    [FieldPathText, Shape.list(FieldPathText, { minimum: 1, expected: "a list of one path or more" })],
    { expected: "a path such as house.is_owner, or a list of paths", description },
  )

/** Where the texts of identifiers are. */
const lookup = (list: string, of: string) =>
  Shape.object(
    {
      path: path(list),
      id: path(`The path of the identifier in ${of}.`),
      text: path(`The path of the text in ${of}.`),
    },
    {
      expected: "an object with the keys path, id and text",
      description: `The texts of ${of}s that are named by an identifier.`,
    },
  )

/** A list of questions and answers in the payloads of a source. */
export const AnswerList = Shape.object(
  {
    path: path(
      "The path of the list, or of an object: each value of it with a question or an answer is an item, and its key is a question too.",
    ),
    question: paths(
      "The path of the question in an item of the list, or several: the first of them that an alias names.",
    ),
    question_texts: Shape.optional(
      lookup("The path of the list of questions, from the root of the payload.", "question"),
    ),
    answer: paths(
      "The path of the answer in an item of the list, or several: the first whose value is not missing. * collects the answers of every item of a list: values.*.label. A list of one answer counts as that answer, an empty list as none.",
    ),
    options: Shape.optional(lookup("The path of the list of options, from the item of the list.", "option")),
  },
  { expected: "an object with the keys path, question, answer and, where needed, question_texts, options" },
)

/** A list of questions and answers; see the shape of the same name. */
export type AnswerList = Shape.TypeOf<typeof AnswerList>
