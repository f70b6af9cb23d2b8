/**
 * Reads compose files as Docker Compose does, for what the files of this repository use: `include`, `extends`, several
 * files over one another, and variables in values. https://docs.docker.com/reference/compose-file/merge/
 */
import { Schema } from "effect"
import { Yaml } from "effect/encoding"
import { readFileSync } from "node:fs"
import { dirname, join, relative } from "node:path"
import { pathOf } from "../../repository/repository.ts"
import { Model, type ModelType } from "./composeModel.ts"

type Value = unknown
type Tree = { readonly [key: string]: Value }

const isTree = (value: Value): value is Tree =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** What these hold is replaced as a whole, not added to. */
const replaced = new Set(["command", "entrypoint", "test"])

const merge = (below: Value, above: Value, key = ""): Value => {
  if (above === undefined) return below
  if (isTree(below) && isTree(above)) {
    const keys = [...new Set([...Object.keys(below), ...Object.keys(above)])]
    return Object.fromEntries(keys.map((key) => [key, merge(below[key], above[key], key)]))
  }
  if (Array.isArray(below) && Array.isArray(above) && !replaced.has(key)) {
    const all = [...(below as Array<Value>), ...(above as Array<Value>)]
    return all.filter((item, at) => all.findIndex((other) => same(other, item)) === at)
  }
  return above
}

const same = (a: Value, b: Value): boolean => JSON.stringify(a) === JSON.stringify(b)

/** A value that its variable, `${NAME}`, `${NAME:-default}` or `${NAME:?message}`, gives. Throws for the last when it is absent. */
const interpolate = (text: string, env: Readonly<Record<string, string>>): string =>
  text.replaceAll(
    /\$\$|\$\{(\w+)(?::([-?])([^}]*))?\}/g,
    (...[, name, how, rest = ""]: Array<string | undefined>) => {
      if (name === undefined) return "$"
      const value = env[name]
      if (value !== undefined && value !== "") return value
      if (how === "?") throw new Error(`${name}: ${rest}`)
      return how === "-" ? rest : ""
    },
  )

const interpolated = (value: Value, env: Readonly<Record<string, string>>): Value => {
  if (typeof value === "string") return interpolate(value, env)
  if (Array.isArray(value)) return value.map((item: Value) => interpolated(item, env))
  if (!isTree(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, interpolated(item, env)]))
}

/** Relative paths of a service, from the folder of its file, become paths from the root of the repository. */
const located = (service: Tree, folder: string): Tree => {
  const place = (path: string) => (path.startsWith(".") ? join(folder, path) : path)
  const ofKey = (key: string, value: Value): Value => {
    if (key === "build" && isTree(value)) return { ...value, context: join(folder, String(value["context"])) }
    if (key === "volumes" && Array.isArray(value)) return value.map((item) => place(String(item)))
    if (key === "env_file" && Array.isArray(value))
      return value.map((item: Tree) => ({ ...item, path: join(folder, String(item["path"])) }))
    if (key === "develop" && isTree(value) && Array.isArray(value["watch"]))
      return {
        watch: value["watch"].map((item: Tree) => ({ ...item, path: join(folder, String(item["path"])) })),
      }
    return value
  }
  return Object.fromEntries(Object.entries(service).map(([key, value]) => [key, ofKey(key, value)]))
}

const document = (path: string, env: Readonly<Record<string, string>>): Tree => {
  const tree: Value = interpolated(Yaml.parse(readFileSync(pathOf(path), "utf8")), env)
  if (!isTree(tree)) throw new Error(`${path} is no document`)
  return tree
}

const extended = (name: string, path: string, env: Readonly<Record<string, string>>): Tree => {
  const folder = dirname(path)
  const services = document(path, env)["services"]
  const service = isTree(services) ? services[name] : undefined
  if (!isTree(service)) throw new Error(`${path} has no service ${name}`)
  const { extends: base, ...own } = service
  const here = located(own, folder)
  if (!isTree(base)) return here
  return merge(extended(String(base["service"]), join(folder, String(base["file"])), env), here) as Tree
}

/** One file, with what it includes and extends. */
const load = (path: string, env: Readonly<Record<string, string>>): Tree => {
  const { include = [], services = {}, secrets = {}, ...rest } = document(path, env)
  const folder = dirname(path)
  const shown = Object.entries(rest).filter(([key]) => !key.startsWith("x-"))
  const names = isTree(services) ? Object.keys(services) : []
  const files = Object.entries(secrets as Record<string, Tree>).map(([name, secret]) => [
    name,
    { file: relative(".", join(folder, String(secret["file"]))) },
  ])
  const own: Tree = {
    ...Object.fromEntries(shown),
    services: Object.fromEntries(names.map((name) => [name, extended(name, path, env)])),
    ...(files.length > 0 && { secrets: Object.fromEntries(files) as Tree }),
  }
  return (include as Array<string>).reduce<Tree>(
    (whole, other) => merge(load(join(folder, other), env), whole) as Tree,
    own,
  )
}

/**
 * What `docker compose --file … --file …` makes of files, by their paths from the root. Throws for a key or a value that
 * the model does not have, and for a variable that must be set and is not.
 */
export const compose = (
  paths: ReadonlyArray<string>,
  env: Readonly<Record<string, string>> = {},
): ModelType => {
  const merged = paths.map((path) => load(path, env)).reduce<Value>((below, above) => merge(below, above), {})
  return Schema.decodeUnknownSync(Model)(merged, { errors: "all", onExcessProperty: "error" })
}
