import type { ReviewItem, ReviewReason } from "@assay/client";
import { ago, Badge, Button, buttonClass, EmptyState, ErrorState, Icon, Panel, percent, SkeletonRows, Table, Td, Th, Tr } from "@assay/ui";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { reviewsQuery } from "../queries";
import { useMay } from "../shell/session";
import { Thumbnail, taskName } from "../tasks/task-cells";
import { useProject } from "./ProjectLayout";

const REASONS: Record<ReviewReason, string> = {
  low_agreement: "low agreement",
  all: "every task is reviewed",
  sample: "drawn as a sample",
};

export function ReviewPage() {
  const project = useProject();
  const query = useInfiniteQuery(reviewsQuery(project.id));
  const mayReview = useMay("work.review");
  const items = query.data?.pages.flatMap((page) => page.items) ?? [];

  return (
    <Panel
      title="Waiting for review"
      flush
      actions={
        mayReview && items.length > 0 ? (
          <a href={reviewAddress(project.id)} className={buttonClass("primary", "small")}>
            <Icon name="review" /> Start reviewing
          </a>
        ) : undefined
      }
    >
      {query.isPending ? (
        <SkeletonRows />
      ) : query.isLoadingError ? (
        <ErrorState title="The queue could not be loaded" error={query.error} onRetry={() => void query.refetch()} />
      ) : items.length === 0 ? (
        <EmptyState icon="review" title="Nothing waits for a reviewer">
          {project.policy.review.mode === "none" ? (
            <>This project's policy asks for no review. That can be changed under “Edit project”, Quality.</>
          ) : (
            <>Tasks appear here once their workers are done and the policy asks for a second look.</>
          )}
        </EmptyState>
      ) : (
        <>
          <Table label="Tasks waiting for review">
            <thead>
              <tr>
                <Th>Task</Th>
                <Th>Why</Th>
                <Th numeric>Agreement</Th>
                <Th numeric>Opinions</Th>
                <Th>Waiting since</Th>
                <Th>Reviewer</Th>
              </tr>
            </thead>
            <tbody>
              {items.map((item) => (
                <Row key={item.assignment_id} item={item} projectId={project.id} />
              ))}
            </tbody>
          </Table>
          {query.hasNextPage && (
            <div className="p-3 text-center border-t border-border">
              <Button size="small" busy={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
                Show more
              </Button>
            </div>
          )}
        </>
      )}
    </Panel>
  );
}

/** Reviewing happens on the worker's page, where the editor is. */
function reviewAddress(projectId: string): string {
  return `/work/projects/${projectId}/review`;
}

function Row({ item, projectId }: { item: ReviewItem; projectId: string }) {
  return (
    <Tr>
      <Td>
        <Link
          to="/console/projects/$projectId/tasks/$taskId"
          params={{ projectId, taskId: item.task.id }}
          search={{ state: "reviewing" }}
          className="flex items-center gap-3 min-w-44 no-underline hover:underline"
        >
          <Thumbnail media={item.task.media} excerpt={item.task.excerpt} />
          <span className="truncate max-w-60">{taskName(item.task)}</span>
        </Link>
      </Td>
      <Td>
        <Badge tone={item.reason === "low_agreement" ? "warn" : "neutral"}>{REASONS[item.reason]}</Badge>
      </Td>
      <Td numeric>{percent(item.task.agreement)}</Td>
      <Td numeric>{item.task.submissions}</Td>
      <Td className="whitespace-nowrap text-muted">{ago(item.waiting_since, Date.now())}</Td>
      <Td className="whitespace-nowrap">{item.claimed_by ? item.claimed_by.name : <span className="text-muted">nobody yet</span>}</Td>
    </Tr>
  );
}
