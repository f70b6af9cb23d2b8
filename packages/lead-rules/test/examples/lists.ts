import type { ExamplesOf } from "./Examples.ts"

export const lists: ExamplesOf<"items" | "includes" | "some_item" | "every_item"> = {
  items: {
    evaluated: [
      {
        asked: { operator: "items", min: 1, max: 2 },
        met: [[1], [1, 2]],
        unmet: [[], [1, 2, 3], "ab", { 0: 1 }],
      },
    ],
    explained: [
      [{ operator: "items", min: 2, max: 2 }, [], "kind must have exactly 2 items, but this list does not"],
    ],
    limits: [
      { operator: "items", min: 1, max: 1 },
      { operator: "items", max: 0 },
    ],
    wrongLimits: [
      [{ operator: "items" }, "a condition with at least one of the keys min, max"],
      [{ operator: "items", min: 3, max: 2 }, "at least min, which is 3"],
    ],
    redundant: [
      [
        { operator: "items", min: 3 },
        { operator: "items", min: 2 },
      ],
    ],
    contradictory: [
      [
        { operator: "items", max: 2 },
        { operator: "items", min: 3 },
      ],
    ],
    overlapping: [
      { operator: "items", max: 0 },
      { operator: "items", min: 1 },
      { operator: "items", min: 2, max: 2 },
    ],
  },
  includes: {
    evaluated: [
      {
        asked: { operator: "includes", value: "solar" },
        met: [["x", "solar"]],
        unmet: [["Solar"], [], "solar", [["solar"]], [null]],
      },
      {
        asked: { operator: "includes", value: "solar", ignore_case: true },
        met: [["SOLAR"]],
        unmet: [["x"]],
      },
    ],
    explained: [[{ operator: "includes", value: 1 }, [], "kind must include 1, but this list does not"]],
    limits: [],
    wrongLimits: [],
    redundant: [
      [
        { operator: "includes", value: "a" },
        { operator: "items", min: 1 },
      ],
    ],
    contradictory: [
      [
        { operator: "items", max: 0 },
        { operator: "includes", value: "a" },
      ],
    ],
    overlapping: [
      { operator: "includes", value: "a" },
      { operator: "includes", value: 2 },
    ],
  },
  some_item: {
    evaluated: [
      {
        asked: { operator: "some_item", item: { field: ".", operator: "equals", value: 1 } },
        met: [
          [2, 1],
          [null, 1],
        ],
        unmet: [[2], [], 1, {}],
      },
      {
        asked: { operator: "some_item", item: { field: "q", operator: "equals", value: "ja" } },
        met: [[{ q: "nein" }, { q: "ja" }]],
        unmet: [[{ q: "nein" }]],
      },
    ],
    explained: [
      [
        { operator: "some_item", item: { field: "a", operator: "equals", value: "ja" } },
        [],
        'kind must have an item where a is "ja", but this list does not',
      ],
    ],
    limits: [],
    wrongLimits: [],
    redundant: [
      [
        { operator: "some_item", item: { field: ".", operator: "equals", value: "a" } },
        { operator: "items", min: 1 },
      ],
    ],
    contradictory: [
      [
        { operator: "items", max: 0 },
        { operator: "some_item", item: { field: ".", operator: "equals", value: "a" } },
      ],
    ],
    overlapping: [{ operator: "some_item", item: { field: ".", operator: "equals", value: "a" } }],
  },
  every_item: {
    evaluated: [
      {
        asked: { operator: "every_item", item: { field: ".", operator: "type", type: "text" } },
        met: [["a"], []],
        unmet: [["a", 1], "a"],
      },
    ],
    explained: [
      [
        { operator: "every_item", item: { field: ".", operator: "type", type: "text" } },
        "x",
        "kind must have only items where it is a text, but is a text",
      ],
    ],
    limits: [],
    wrongLimits: [],
    redundant: [
      [
        { operator: "every_item", item: { field: ".", operator: "present" } },
        { operator: "type", type: "list" },
      ],
    ],
    contradictory: [
      [
        { operator: "type", type: "text" },
        { operator: "every_item", item: { field: ".", operator: "present" } },
      ],
    ],
    overlapping: [{ operator: "every_item", item: { field: ".", operator: "equals", value: "a" } }],
  },
}
