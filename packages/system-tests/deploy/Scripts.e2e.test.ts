import { assert, describe, it } from "@effect/vitest"
import { debianPackages } from "@lead-gateway/testkit"
import { spawnSync } from "node:child_process"
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { basename, delimiter, dirname, join } from "node:path"
import { files, pathOf, read, readManifest } from "../repository/repository.ts"

const programs = files("deploy/bin/*").filter(
  (path) => statSync(pathOf(path)).isFile() && !path.endsWith(".md"),
)
const parts = files("deploy/bin/lib/*.sh")
const others = files("docker/**/*.sh")

const run = (command: string, args: ReadonlyArray<string>, env: NodeJS.ProcessEnv = {}) => {
  const ran = spawnSync(command, args, {
    encoding: "utf8",
    cwd: pathOf("."),
    env: { PATH: process.env["PATH"], HOME: process.env["HOME"], ...env },
  })
  return { code: ran.status, printed: `${ran.stdout}${ran.stderr}` }
}

/** A program on the PATH, or that of a Debian package. */
const find = async (name: string) => {
  const [folder] = (process.env["PATH"] ?? "").split(delimiter).filter((path) => existsSync(join(path, name)))
  if (folder !== undefined) return { path: join(folder, name), env: {} }
  const { libraries, root } = await debianPackages(name)
  return { path: join(root, "usr/bin", name), env: { LD_LIBRARY_PATH: libraries } }
}

describe("shell scripts", () => {
  it("are those that operators call, and what they share", () => {
    assert.deepStrictEqual(
      programs,
      ["blue-green", "canary", "deploy", "live", "migrate"].map((name) => `deploy/bin/${name}`),
    )
    assert.isAtLeast(parts.length, 5)
    for (const path of programs) {
      assert.isTrue((statSync(pathOf(path)).mode & 0o111) !== 0, path)
      assert.match(read(path), /^#!\/usr\/bin\/env bash\n(# .+\n)+set -euo pipefail\nusage="usage: /, path)
    }
    for (const path of [...programs, ...parts]) assert.isAtMost(read(path).split("\n").length, 200, path)
  })

  it("can be read by bash, and shellcheck has nothing to say", async () => {
    for (const path of [...programs, ...parts]) {
      const { code, printed } = run("bash", ["-n", path])
      assert.strictEqual(code, 0, printed)
    }
    const { env, path } = await find("shellcheck")
    const check = (args: ReadonlyArray<string>) =>
      run(path, ["--external-sources", "--source-path=SCRIPTDIR", ...args], env)
    const clean = check([...programs, ...parts, ...others])
    assert.strictEqual(clean.code, 0, clean.printed)
    assert.strictEqual(check(["deploy/helm/lead-gateway/templates/_pod.tpl"]).code, 1)
  })

  it("say what they do, and refuse what they do not know", () => {
    for (const path of programs) {
      const help = run(path, ["--help"])
      assert.strictEqual(help.code, 0, path)
      assert.match(help.printed, /^usage: deploy\/bin\//)
      for (const wrong of [[], ["--no-such-option"], ["1", "2", "3", "4"], ["../1.0.0"], ["1.0.0", "101"]]) {
        // The rest of its arguments are lead-gateway's.
        if (path.endsWith("/migrate") && wrong.length > 1) continue
        if (path.endsWith("/live") && wrong.length === 0) continue
        const { code, printed } = run(path, wrong, { RUN_BY: "/no/such/driver" })
        assert.strictEqual(code, 2, `${path} ${wrong.join(" ")}: ${printed}`)
        assert.include(printed, "usage: ")
        assert.notInclude(printed, "/no/such/driver", "it is refused before the driver is looked for")
      }
    }
    const { code, printed } = run("deploy/bin/deploy", ["1.0.0"], { RUN_BY: "nothing" })
    assert.strictEqual(code, 2)
    assert.include(printed, "RUN_BY is compose, processes or the path of a file")
    assert.include(
      run("deploy/bin/migrate", ["nowhere", "1.0.0"]).printed,
      "there is no deploy/environments/nowhere.env",
    )
  })

  it("accept every call that the documents show", () => {
    const calls = ["docs/deployment.md", "deploy/bin/deploy"].flatMap((path) => [
      ...read(path).matchAll(/^(?:[A-Z]+=\w+ )*(deploy\/bin\/[a-z-]+)((?: [\w.-]+)+)/gm),
    ])
    assert.isAtLeast(calls.length, 10)
    for (const [call, path = "", args = ""] of calls) {
      // It gets as far as the driver, or the environment: nothing is wrong with the call.
      const { code, printed } = run(path, args.trim().split(" "), { RUN_BY: "/no/such/driver" })
      assert.strictEqual(code, 2, `${call}: ${printed}`)
      assert.match(printed, /there is no (\/no\/such\/driver|deploy\/environments\/production\.env)/)
    }
  })

  it("write the parameters of nginx's upstreams as they are delivered", () => {
    const [, shipped] = /^server api:8080 (.*);$/m.exec(read("deploy/nginx/upstreams/api.conf")) ?? []
    assert.include(read("deploy/bin/lib/route.sh"), `\nparameters="${shipped}"\n`)
  })

  it("have drivers with the same functions, all of them documented", () => {
    const functions = (path: string) =>
      [...read(path).matchAll(/^(driver_\w+)\(\)/gm)].map(([, name]) => name)
    const documented = [...read("deploy/bin/README.md").matchAll(/^\| `(driver_\w+)/gm)].map(
      ([, name]) => name,
    )
    assert.isAtLeast(documented.length, 8)
    for (const driver of ["compose", "processes"])
      assert.sameMembers(functions(`deploy/bin/lib/${driver}.sh`), documented, driver)
    const called = [...programs, ...parts].flatMap((path) =>
      [...read(path).matchAll(/driver_\w+/g)].map(([name]) => name),
    )
    assert.sameMembers([...new Set(called)], documented)
  })
})

describe("the Makefile", () => {
  it("lists its commands when nothing is said, and has every one that is asked for", async () => {
    const make = await find("make")
    const call = (...args: Array<string>) => run(make.path, args, make.env)
    const listed = [...call().printed.matchAll(/^([a-z-]+) +\S/gm)].map(([, name = ""]) => name)
    assert.strictEqual(call("help").printed, call().printed)
    const phony = /^\.PHONY: (.+)$/m.exec(read("Makefile"))?.[1]?.split(" ") ?? []
    assert.sameMembers(listed, phony)
    const wanted =
      "backup bench blue-green canary check deploy drill healthcheck help migrate restore smoke test"
    assert.includeMembers(listed, wanted.split(" "))

    // What it would run is there.
    const { scripts = {} } = readManifest(read("package.json"))
    const given = ["TAG=1.2.3", "PERCENT=10", "TO=/b", "FROM=/b", "ARGS=x", "ENVIRONMENT=staging"]
    for (const name of listed.filter((name) => name !== "help")) {
      const { code, printed } = call("--dry-run", name, ...given)
      assert.strictEqual(code, 0, printed)
      const command = printed.trim().split("\n").at(-1) ?? ""
      const [, script] = /^npm (?:run )?([\w-]+)/.exec(command) ?? []
      if (script === undefined) assert.include(programs, command.split(" ")[0])
      else assert.property(scripts, script)
    }
    assert.match(call("deploy").printed, /make deploy: set TAG, such as TAG=1\.2\.3/)
  })

  it("gives what it was given to its commands as it is", async () => {
    const make = await find("make")
    const folder = mkdtempSync(join(tmpdir(), "make-"))
    const shown = (name: string) => {
      mkdirSync(dirname(join(folder, name)), { recursive: true })
      const program = `#!/bin/sh\nprintf '%s|' "ENVIRONMENT=$ENVIRONMENT" ${basename(name)} "$@"\n`
      writeFileSync(join(folder, name), program, { mode: 0o755 })
    }
    for (const name of [...programs, "npm"]) shown(name)
    const call = (...args: Array<string>) =>
      run(make.path, ["--silent", "--file", pathOf("Makefile"), "--directory", folder, ...args], {
        ...make.env,
        PATH: `${folder}:${process.env["PATH"]}`,
      })
    try {
      for (const [args, expected] of [
        [["deploy", "TAG=a;id"], "ENVIRONMENT=|deploy|a;id|"],
        [["blue-green", "TAG=$(shell id) `id`"], "ENVIRONMENT=|blue-green|$(shell id) `id`|"],
        [["canary", "TAG=a b", "PERCENT=5 $$(id)"], "ENVIRONMENT=|canary|a b|5 $$(id)|"],
        [["migrate", "TAG=1.2.3", "ARGS=down --to 1"], "ENVIRONMENT=|migrate|-|1.2.3|down|--to|1|"],
        [["migrate", "TAG=1.2.3", "ENVIRONMENT=it's"], "ENVIRONMENT=it's|migrate|it's|1.2.3|"],
        [["backup", "TO=/a b"], "ENVIRONMENT=|npm|run|backup|--|--to|/a b|"],
        [["drill", "FROM=s3://b/$x"], "ENVIRONMENT=|npm|run|restore|--|--drill|s3://b/$x|"],
        [["smoke", "URL=http://h/?a&b"], "ENVIRONMENT=|npm|run|smoke|--|http://h/?a&b|"],
      ] as const)
        assert.deepStrictEqual(call(...args), { code: 0, printed: expected })
      // Those that would not heed it say so.
      for (const name of ["smoke", "healthcheck", "backup", "restore", "drill"]) {
        const { code, printed } = call(name, "TO=/b", "FROM=/b", "ENVIRONMENT=staging")
        assert.strictEqual(code, 2)
        assert.match(printed, new RegExp(`^make ${name}: takes no ENVIRONMENT`))
      }
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
