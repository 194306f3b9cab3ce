import { expect, test } from "vitest";
import { DEFAULT_POLICY } from "../src/editor/draft";
import { policyInWords } from "../src/editor/policy-words";

test("the default policy is told as what it is: one person, nobody checks", () => {
  expect(policyInWords(DEFAULT_POLICY)).toEqual([
    "Each photo is labelled by one person.",
    "Nobody reviews.",
    "No golds are mixed in.",
    "A turn lasts 30 min and can be extended once by 15 min.",
  ]);
});

test("a careful policy tells when more people are asked, what is kept, who reviews and who is suspended", () => {
  const words = policyInWords({
    ...DEFAULT_POLICY,
    overlap: { mode: "adaptive", minimum: 2, maximum: 5, agreement_min: 0.8 },
    review: { mode: "low_agreement", agreement_min: 0.7 },
    gold: { rate: 0.05, score_min: 0.5, accuracy_min: 0.6, answers_min: 1 },
    extension_seconds: 0,
  });

  expect(words).toEqual([
    "Each photo is labelled by 2 people; while they agree less than 80%, one more is asked, up to 5.",
    "Shapes that overlap by at least 50% count as the same object, which is kept when at least 50% of the voices marked it.",
    "A reviewer looks at tasks whose people agree less than 70%.",
    "About 5% of each person's tasks are golds: known answers, mixed in unseen. After 1 gold, whoever is clearly below 60% right is suspended.",
    "A turn lasts 30 min.",
  ]);
});
