import type { ExamplesOf } from "./Examples.ts"

export const dates: ExamplesOf<"date"> = {
  date: {
    evaluated: [
      {
        asked: { operator: "date", from: "2026-01-01", to: "2026-12-31" },
        met: [
          "2026-01-01",
          "2026-12-31",
          "2026-12-31T23:59:59.999Z",
          "2027-01-01T00:30:00+01:00",
          "2026-06-01 10:00",
          "2026-12-31T18:59:59-05",
          "2026-06-01t10:00+02",
          "2026-06-01 10:00:00-05:00",
        ],
        unmet: [
          "2026-12-31T19:00:00-05",
          "2026-06-01T10:00-5",
          "2026-06-01T10:00-24",
          "2026-06-01 10:00-12:00",
          "2026-06-01 10:00-12",
          "2025-12-31",
          "2027-01-01",
          "2026-02-29",
          "2026-13-01",
          "2026-06-31",
          "2026-06-01T24:00Z",
          "01.06.2026",
          "2026",
          2026,
          "2025-12-31T23:59:59Z",
        ],
      },
      {
        asked: { operator: "date", from: "2026-06-01T12:00:00+02:00" },
        met: ["2026-06-01T10:00Z"],
        unmet: ["2026-06-01", "2026-06-01T09:59:59.999Z"],
      },
      {
        asked: { operator: "date", min_age: "18 years" },
        met: ["2008-02-28", "1900-01-01"],
        unmet: ["2008-02-29", "2008-03-01", "2026-02-28"],
      },
      {
        asked: { operator: "date", max_age: "30 days" },
        met: ["2026-02-28", "2026-01-29", "2026-02-28T23:00Z"],
        unmet: ["2026-01-28", "2026-03-01"],
      },
      {
        asked: { operator: "date", max_age: "2 hours" },
        met: ["2026-02-28T10:00Z", "2026-02-28T12:00:00Z"],
        unmet: ["2026-02-28T09:59:59Z", "2026-02-28T12:00:01Z", "2026-02-28"],
      },
      {
        asked: { operator: "date", max_ahead: "6 months" },
        met: ["2026-02-28", "2026-08-28"],
        unmet: ["2026-02-27", "2026-08-29"],
      },
      {
        asked: { operator: "date", min_ahead: "2 weeks" },
        met: ["2026-03-14", "2999-01-01"],
        unmet: ["2026-03-13"],
      },
      {
        asked: { operator: "date", max_age: "1 month", max_ahead: "1 day" },
        met: ["2026-01-28", "2026-03-01"],
        unmet: ["2026-01-27", "2026-03-02"],
      },
    ],
    explained: [
      [
        { operator: "date", from: "2026-01-01", max_ahead: "6 months" },
        "x",
        "kind must be a date from 2026-01-01 and at most 6 months ahead, but this text is not",
      ],
    ],
    limits: [
      { operator: "date", from: "2026-03-01", to: "2026-03-01" },
      { operator: "date", from: "2026-03-01T10:00:00Z", to: "2026-03-01" },
      { operator: "date", from: "2026-03-01T10:00:00Z", to: "2026-03-01T10:00:00Z" },
      { operator: "date", from: "2026-03-01" },
      { operator: "date", to: "2026-03-01" },
      { operator: "date", min_age: "1 day" },
      { operator: "date", max_age: "1 day" },
      { operator: "date", min_ahead: "1 day" },
      { operator: "date", max_ahead: "1 day" },
    ],
    wrongLimits: [
      [
        { operator: "date" },
        "a condition with at least one of the keys from, to, min_age, max_age, min_ahead, max_ahead",
      ],
      [{ operator: "date", from: "2026-03-02", to: "2026-03-01" }, "not before from, which is 2026-03-02"],
      [
        { operator: "date", from: "2026-03-01T10:00:01Z", to: "2026-03-01T10:00:00Z" },
        "not before from, which is 2026-03-01T10:00:01Z",
      ],
    ],
    redundant: [
      [
        { operator: "date", from: "2026-02-01", to: "2026-02-28" },
        { operator: "date", from: "2026-01-01" },
      ],
    ],
    contradictory: [
      [
        { operator: "date", min_age: "18 years" },
        { operator: "date", max_age: "5 years" },
      ],
    ],
    overlapping: [
      { operator: "date", from: "2026-06-15" },
      { operator: "date", to: "2026-06-15" },
      { operator: "date", from: "2026-06-15T12:00:00Z", to: "2026-06-15T13:00:00+01:00" },
      { operator: "date", min_age: "18 years" },
      { operator: "date", max_age: "17 years" },
      { operator: "date", min_age: "2 months", max_age: "60 days" },
      { operator: "date", max_age: "1 minute", max_ahead: "1 days" },
    ],
  },
}
