/** The market's pages together: one chunk that waits until somebody goes there. */

import type { ComponentType } from "react";
import { EarningsPage } from "./EarningsPage";
import { HistoryPage } from "./HistoryPage";
import { JobsPage } from "./JobsPage";
import type { MarketPage } from "./places";
import { ProfilePage } from "./ProfilePage";
import { QualificationsPage } from "./QualificationsPage";
import { QueuePage } from "./QueuePage";

const PAGES: Readonly<Record<MarketPage, ComponentType<{ onSignedOut: () => void }>>> = {
  jobs: JobsPage,
  queue: QueuePage,
  history: HistoryPage,
  earnings: EarningsPage,
  qualifications: QualificationsPage,
  profile: ProfilePage,
};

export function MarketPages({ page, onSignedOut }: { page: MarketPage; onSignedOut: () => void }) {
  const Page = PAGES[page];
  return <Page onSignedOut={onSignedOut} />;
}
