/** The operators that ask whether a field has a value at all. */
import { kinds } from "../analysis/Region.ts"
import { Met, Unmet } from "../Truth.ts"
import { anyKind, noLimits, onPresence } from "./Operator.ts"

export const presence = {
  present: onPresence({
    description: "The field must be there: neither absent, nor null, nor a blank text.",
    aliases: ["exists", "required"],
    whenMissing: Unmet,
    checkLimits: noLimits,
    compile: () => ({
      accepts: () => Met,
      truthOfKind: () => Met,
      expected: "be present",
      kinds: anyKind,
      verb: "is",
    }),
    constraints: () => new Map(kinds.map((kind) => [kind, {}])),
  }),
  absent: onPresence({
    description: "The field must not be there: absent, null or a blank text.",
    aliases: ["blank", "empty"],
    whenMissing: Met,
    checkLimits: noLimits,
    compile: () => ({
      accepts: () => Unmet,
      truthOfKind: () => Unmet,
      expected: "be absent",
      kinds: [],
      verb: "is",
    }),
    constraints: () => new Map(),
  }),
}
