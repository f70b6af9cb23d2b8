/** The workflows of GitHub, and what tests of them look at. */
import { Schema } from "effect"
import { Yaml } from "effect/encoding"
import { files, read } from "../../repository/repository.ts"

const Values = Schema.Record(Schema.String, Schema.Unknown)

const Step = Schema.Struct({
  name: Schema.optionalKey(Schema.String),
  id: Schema.optionalKey(Schema.String),
  uses: Schema.optionalKey(Schema.String),
  run: Schema.optionalKey(Schema.String),
  with: Schema.optionalKey(Values),
  env: Schema.optionalKey(Values),
})

const Job = Schema.Struct({
  "runs-on": Schema.String,
  "timeout-minutes": Schema.optionalKey(Schema.Number),
  permissions: Schema.optionalKey(Schema.Record(Schema.String, Schema.String)),
  environment: Schema.optionalKey(Schema.Unknown),
  strategy: Schema.optionalKey(
    Schema.Struct({ matrix: Schema.Record(Schema.String, Schema.Array(Schema.String)) }),
  ),
  steps: Schema.Array(Step),
})

const Workflow = Schema.Struct({
  name: Schema.String,
  permissions: Schema.optionalKey(Schema.Record(Schema.String, Schema.String)),
  concurrency: Schema.optionalKey(
    Schema.Struct({
      group: Schema.String,
      "cancel-in-progress": Schema.Union([Schema.Boolean, Schema.String]),
    }),
  ),
  jobs: Schema.Record(Schema.String, Job),
})

/** Every workflow, with its path and its text. */
export const workflows = files(".github/workflows/*.yml").map((path) => {
  const text = read(path)
  return { path, text, ...Schema.decodeUnknownSync(Workflow)(Yaml.parse(text)) }
})

/** Every job of every workflow. */
export const jobs = workflows.flatMap(({ jobs: ofWorkflow, path }) =>
  Object.entries(ofWorkflow).map(([id, job]) => ({ ...job, path, name: `${path} ${id}` })),
)

/** Every step of every job. */
export const steps = jobs.flatMap((job) =>
  job.steps.map((step) => ({ ...step, path: job.path, job: job.name })),
)
