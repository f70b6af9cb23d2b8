import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { spawnSync } from "node:child_process"
import { exists, files, read, readManifest, readYaml } from "../repository/repository.ts"
import { compose } from "./support/compose.ts"
import { targets as published } from "./support/repositoryImages.ts"
import { jobs, steps, workflows } from "./support/workflows.ts"
import { makeWorkflowCheck } from "./support/workflowParser.ts"

const production = "docker/compose.production.yaml"
const check = await makeWorkflowCheck()
const manifest = readManifest(read("package.json"))
const runs = steps.flatMap(({ run, ...step }) => (run === undefined ? [] : [{ ...step, run }]))

/** The last group of every match. */
const matches = (text: string, pattern: RegExp): ReadonlyArray<string> =>
  [...text.matchAll(pattern)].map((match) => match.at(-1) ?? "")

describe("workflows", () => {
  it("are four, and GitHub's own parser finds nothing wrong in them", async () => {
    assert.deepStrictEqual(
      workflows.map(({ path }) => path),
      ["ci", "deploy", "release", "security"].map((name) => `.github/workflows/${name}.yml`),
    )
    const wrong = await Promise.all(workflows.map(({ path, text }) => check(text, path)))
    assert.deepStrictEqual(wrong.flat(), [])
  })

  it("would be found wrong: a key, a right, a job, a context or a function that does not exist", async () => {
    const text = workflows.find(({ name }) => name === "deploy")?.text ?? ""
    const damages = [
      ["timeout-minutes", "tiemout-minutes"],
      ["contents: read", "contents: reed"],
      ["needs: images", "needs: imagez"],
      ["secrets.KUBECONFIG", "secretz.KUBECONFIG"],
      ["format(", "fromat("],
    ] as const
    for (const [right, wrong] of damages) {
      assert.include(text, right)
      const found = await check(text.replace(right, wrong), "deploy.yml")
      assert.lengthOf(found, 1, wrong)
      assert.include(found[0], wrong.replace(/.*: |\W.*/g, ""))
    }
  })

  it("pin every action by its commit, and say which version that is, the same everywhere", () => {
    const used = workflows.flatMap(({ text }) => matches(text, /uses: (.+)$/gm))
    assert.isAtLeast(used.length, 30)
    for (const one of used) assert.match(one, /^[\w-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/)
    const pins = new Map<string, Set<string>>()
    for (const one of used) {
      const repository = one.split("@")[0]?.split("/").slice(0, 2).join("/") ?? ""
      pins.set(repository, (pins.get(repository) ?? new Set()).add(one.slice(one.indexOf("@"))))
    }
    for (const [repository, versions] of pins) assert.strictEqual(versions.size, 1, repository)
  })

  it("have no rights but those that a job asks for, and none that writes to the repository but a release", () => {
    for (const { path, permissions } of workflows) {
      assert.isDefined(permissions, path)
      for (const right of Object.values(permissions ?? {})) assert.strictEqual(right, "read", path)
    }
    const writers = jobs
      .filter(({ permissions }) => permissions?.contents === "write")
      .map(({ name }) => name)
    assert.deepStrictEqual(writers, [
      ".github/workflows/release.yml packages",
      ".github/workflows/release.yml publish",
    ])
  })

  it("keep no credentials in the checkout", () => {
    const checkouts = steps.filter(({ uses }) => uses?.startsWith("actions/checkout@"))
    assert.isAtLeast(checkouts.length, 10)
    for (const step of checkouts) assert.strictEqual(step.with?.["persist-credentials"], false, step.job)
  })

  it("end in time, and do not run into each other", () => {
    for (const job of jobs) assert.isAtMost(job["timeout-minutes"] ?? Infinity, 60, job.name)
    for (const { concurrency, path } of workflows) {
      assert.isDefined(concurrency, path)
      // Half a release, or half a deployment, is worse than a late one.
      if (/release|deploy/.test(path)) assert.isFalse(concurrency?.["cancel-in-progress"], path)
    }
  })

  it("never put what others write, or a secret, into the text of a script", () => {
    for (const { job, run } of runs) assert.notInclude(run, "${{", job)
  })
})

describe("scripts of workflows", () => {
  it("are scripts of package.json, and files, that exist", () => {
    const scripts = runs.flatMap(({ run }) => matches(run, /npm run ([\w:-]+)/g))
    assert.isAtLeast(scripts.length, 15)
    for (const name of scripts) assert.property(manifest.scripts, name)
    const paths = runs.flatMap(({ run }) =>
      matches(run, /(?<![\w./-])((?:deploy|docker|scripts|node_modules)\/[\w./-]+)/g),
    )
    const inputs = steps.flatMap(({ with: values }) =>
      values?.file === undefined ? [] : [values.file as string],
    )
    assert.includeMembers(paths, ["deploy/helm/lead-gateway", "deploy/bin/deploy"])
    for (const path of [...paths, ...inputs]) {
      assert.isTrue(exists(path), path)
    }
  })

  it("are programs that an operating system can read", () => {
    assert.isNotEmpty(runs)
    for (const { job, run } of runs) {
      const { status, stderr } = spawnSync("bash", ["-n"], { input: run, encoding: "utf8" })
      assert.strictEqual(status, 0, `${job}: ${stderr}`)
    }
  })

  it("of npx are programs of this repository, not whatever the registry has", () => {
    const dependencies = Object.keys({ ...manifest.devDependencies, ...manifest.optionalDependencies })
    const called = runs.flatMap(({ run }) => matches(run, /npx ([\w@/-]+)/g))
    assert.isNotEmpty(called)
    for (const name of called)
      assert.isTrue(
        dependencies.some((one) => one === name || one === `@${name}s/cli`),
        name,
      )
  })

  it("check all that `npm test` checks", () => {
    const gates = matches(read("scripts/verify.ts"), /^ {4}\["([\w:-]+)", \//gm)
    assert.isAtLeast(gates.length, 12)
    const scripts = runs.flatMap(({ run }) => matches(run, /npm run ([\w:-]+)/g))
    // `changesets` compares with the base of the pull request instead.
    for (const gate of new Set(gates)) if (gate !== "changesets") assert.include(scripts, gate)
  })
})

describe("versions", () => {
  it("of Node are the oldest that package.json permits, and the one of this repository", () => {
    const node = jobs.flatMap(({ strategy }) => strategy?.matrix.node ?? [])
    const oldest = manifest.engines?.node?.replace(">=", "")
    const own = manifest.optionalDependencies?.node
    assert.deepStrictEqual(node, [oldest, own?.split(".").slice(0, 2).join(".")])
    assert.strictEqual(read(".nvmrc").trim(), own)
    const setups = steps.filter(({ uses }) => uses?.startsWith("actions/setup-node@"))
    for (const { job, with: values } of setups) {
      const from = values?.["node-version-file"] ?? values?.["node-version"]
      assert.include([".nvmrc", "${{ matrix.node }}"], from, job)
    }
  })

  it("of images are built from stages of the Dockerfile", () => {
    const stages = matches(read("docker/Dockerfile"), / AS (\S+)$/gm)
    const targets = jobs.flatMap(({ strategy }) => strategy?.matrix.target ?? [])
    assert.isAtLeast(targets.length, 6)
    for (const target of targets) assert.include(stages, target)
    // What is released is all that there is; what is deployed is there.
    const matrixOf = (path: string) =>
      jobs.find((job) => job.path.endsWith(path) && job.strategy?.matrix.target !== undefined)?.strategy
        ?.matrix.target
    assert.sameMembers([...(matrixOf("release.yml") ?? [])], [...published])
    const deployed = Object.values(
      compose([production], { CUSTOMER_API_URL: "https://customer.example" }).services,
    )
      .map(({ build }) => build?.target)
      .filter((target) => target !== undefined)
    assert.sameMembers([...(matrixOf("deploy.yml") ?? [])], deployed)
    const [, verified = ""] = /for target in (.+); do/.exec(read(".github/workflows/deploy.yml")) ?? []
    assert.sameMembers(verified.split(" "), deployed)
    for (const target of deployed)
      assert.include(read("docker/compose.production.yaml"), `/lead-gateway-${target}:`)
  })

  it("of what is pinned are renewed: actions, npm and docker", () => {
    const { updates } = readYaml(
      ".github/dependabot.yml",
      Schema.Struct({
        version: Schema.Literal(2),
        updates: Schema.Array(
          Schema.Struct({
            "package-ecosystem": Schema.String,
            directory: Schema.String,
            schedule: Schema.Struct({ interval: Schema.String }),
          }),
        ),
      }),
    )
    const kinds = updates.map((update) => update["package-ecosystem"])
    assert.sameMembers(kinds, ["github-actions", "npm", "docker", "docker-compose"])
    for (const { directory } of updates) assert.isTrue(exists(directory.slice(1) || "."), directory)
  })
})

describe("secrets and variables", () => {
  const documented = matches(read("docs/workflows.md"), /^\| `([A-Z_]+)`/gm)

  it("that workflows read are documented, and no others", () => {
    const named = workflows.flatMap(({ text }) => matches(text, /\b(?:secrets|vars)\.(\w+)/g))
    assert.isAtLeast(named.length, 8)
    assert.sameMembers([...new Set(named)], [...documented])
  })

  it("are in no other file of .github", () => {
    assert.deepStrictEqual(files(".github/**/*.yml"), [
      ".github/dependabot.yml",
      ...workflows.map(({ path }) => path),
    ])
  })
})
