/** A policy told in plain sentences, for whoever has to live with it. */
import type { Policy } from "@assay/client";
import { counted, duration, percent } from "@assay/ui";

export function policyInWords(policy: Policy): string[] {
  const { overlap, review, gold, merge } = policy;
  const sentences: string[] = [];
  const several = overlap.mode === "adaptive" || overlap.count > 1;

  if (overlap.mode === "adaptive") {
    sentences.push(
      `Each photo is labelled by ${overlap.minimum} people; while they agree less than ${percent(overlap.agreement_min)}, one more is asked, up to ${overlap.maximum}.`,
    );
  } else {
    sentences.push(overlap.count === 1 ? "Each photo is labelled by one person." : `Each photo is labelled by ${overlap.count} people.`);
  }
  if (several) {
    sentences.push(
      `Shapes that overlap by at least ${percent(merge.iou_min)} count as the same object, which is kept when at least ${percent(merge.vote_min)} of the voices marked it.`,
    );
  }
  if (review.mode === "none") sentences.push("Nobody reviews.");
  if (review.mode === "all") sentences.push("A reviewer looks at every task.");
  if (review.mode === "sample") sentences.push(`A reviewer looks at ${percent(review.rate)} of the tasks, drawn at random.`);
  if (review.mode === "low_agreement") sentences.push(`A reviewer looks at tasks whose people agree less than ${percent(review.agreement_min)}.`);

  if (gold.rate > 0) {
    sentences.push(
      `About ${percent(gold.rate)} of each person's tasks are golds: known answers, mixed in unseen. After ${counted(gold.answers_min, "gold")}, whoever is clearly below ${percent(gold.accuracy_min)} right is suspended.`,
    );
  } else sentences.push("No golds are mixed in.");

  sentences.push(
    policy.extension_seconds > 0
      ? `A turn lasts ${duration(policy.lease_seconds)} and can be extended once by ${duration(policy.extension_seconds)}.`
      : `A turn lasts ${duration(policy.lease_seconds)}.`,
  );
  return sentences;
}
