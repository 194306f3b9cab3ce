/** Finding work: what may be taken first, what it pays an hour, and how to come to the rest. */

import { ApiError } from "@assay/client";
import { Button, EmptyState, ErrorState, SkeletonRows, counted, toast } from "@assay/ui";
import { useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { go } from "../route";
import { type Job, type JobFilter, market } from "./api";
import { JobCard } from "./JobCard";
import { JobFilters } from "./JobFilters";
import { filterOf, searchOf } from "./filter";
import { engagementPath } from "./places";
import { PreviewDialog } from "./PreviewDialog";
import { SavedSearches } from "./SavedSearches";
import { PageHead, Shell, thumb } from "./Shell";
import { useMode } from "./world";

export const JobsPage = ({ onSignedOut }: { onSignedOut: () => void }) => (
  <Shell page="jobs" onSignedOut={onSignedOut}>
    {() => <Jobs />}
  </Shell>
);

function Jobs() {
  const mode = useMode();
  const [filter, setFilter] = useState(() => filterOf(location.search));
  const [next, setNext] = useState<Job | null>(null);
  const [looked, setLooked] = useState<Job | null>(null);
  const change = (changed: JobFilter): void => {
    setFilter(changed);
    setNext(null);
    // In the address, so that coming back from a job finds the list as it was.
    history.replaceState(history.state, "", location.pathname + searchOf(changed));
  };
  const jobs = useInfiniteQuery({
    queryKey: ["market", "jobs", mode, filter],
    queryFn: ({ signal, pageParam }) => market.jobs(filter, mode, pageParam, signal),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.next_cursor ?? null,
    placeholderData: (before) => before,
  });
  const accept = useMutation({
    mutationFn: (job: Job) => market.acceptNext(job.offer_id),
    onSuccess: (shown) => go(engagementPath(shown.engagement.id)),
    onError: (error) => {
      toast(error instanceof ApiError ? error.detail : "The job could not be accepted. Try again.", "danger");
      void jobs.refetch();
    },
  });
  const best = useMutation({
    mutationFn: () => market.nextJob(filter, mode),
    onSuccess: (job) => {
      setNext(job);
      if (job === null) toast("There is nothing you may take now. Look at why below.", "neutral");
    },
    onError: (error) => toast(error instanceof ApiError ? error.detail : "This did not work. Try again.", "danger"),
  });
  const found = jobs.data?.pages.flatMap((page) => page.items) ?? [];
  const eligible = found.filter((job) => job.eligible).length;
  const card = (job: Job) => (
    <JobCard key={job.offer_id} job={job} busy={accept.isPending && accept.variables?.offer_id === job.offer_id} onAccept={() => accept.mutate(job)} onPreview={() => setLooked(job)} />
  );
  return (
    <>
      <PageHead
        title="Find work"
        actions={
          <Button variant="primary" icon="star" busy={best.isPending} onClick={() => best.mutate()} className={thumb()}>
            Next best job
          </Button>
        }
      >
        What an hour pays is worked out from how long the latest answers really took.
      </PageHead>
      {next && (
        <section aria-label="Next best job" className="rounded-large bg-accent-soft p-3 flex flex-col gap-2">
          <p role="status" className="text-3 text-accent font-medium px-1">
            Likely the best for your time now. Press “Next best job” again for another.
          </p>
          <ul>{card(next)}</ul>
        </section>
      )}
      <JobFilters filter={filter} onChange={change} currency={found[0]?.currency ?? "USD"} />
      <SavedSearches filter={filter} onChoose={change} />
      <section aria-label="Jobs" aria-busy={jobs.isFetching}>
        {jobs.isPending ? (
          <SkeletonRows />
        ) : jobs.isLoadingError ? (
          <ErrorState title="The jobs could not be fetched" error={jobs.error} onRetry={() => void jobs.refetch()} />
        ) : found.length === 0 ? (
          <EmptyState icon="search" title="Nothing fits this search" action={<Button icon="retry" onClick={() => void jobs.refetch()}>Look again</Button>}>
            Ask for less, or look again in a while: requesters add work all the time.
          </EmptyState>
        ) : (
          <>
            <p role="status" className="text-2 text-muted mb-2">
              {counted(found.length, "job")}{jobs.hasNextPage ? " so far" : ""}, {eligible === found.length ? "all open to you" : `${eligible} open to you`}
            </p>
            <ul className="flex flex-col gap-3">{found.map(card)}</ul>
            {jobs.hasNextPage && (
              <div className="mt-4 grid place-items-center">
                <Button busy={jobs.isFetchingNextPage} onClick={() => void jobs.fetchNextPage()} className={thumb()}>
                  Show more
                </Button>
              </div>
            )}
          </>
        )}
      </section>
      {looked && <PreviewDialog job={looked} busy={accept.isPending} onAccept={() => accept.mutate(looked)} onClose={() => setLooked(null)} />}
    </>
  );
}
