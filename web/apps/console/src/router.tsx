/** Every page of the console and what its address may carry. Each page is its own chunk, loaded when wanted. */
import { withQuery, type Query } from "@assay/client";
import { buttonClass, EmptyState, ErrorState, SkeletonRows } from "@assay/ui";
import type { QueryClient } from "@tanstack/react-query";
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Link,
  Outlet,
  type ErrorComponentProps,
} from "@tanstack/react-router";
import { Shell } from "./shell/Shell";
import { readTaskSearch } from "./tasks/filters";

interface Context {
  queryClient: QueryClient;
}

const root = createRootRouteWithContext<Context>()({ component: Outlet });

const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  validateSearch: (raw: Record<string, unknown>): { back?: string } =>
    // Only a path of this console: an address from elsewhere must not be where signing in leads.
    typeof raw["back"] === "string" && /^\/console(\/|$|\?)/.test(raw["back"]) ? { back: raw["back"] } : {},
  component: lazyRouteComponent(() => import("./signin/SignInPage"), "SignInPage"),
});

const shell = createRoute({ getParentRoute: () => root, path: "/console", component: Shell });

const projects = createRoute({
  getParentRoute: () => shell,
  path: "/",
  component: lazyRouteComponent(() => import("./projects/ProjectsPage"), "ProjectsPage"),
});

const newProject = createRoute({
  getParentRoute: () => shell,
  path: "/projects/new",
  component: lazyRouteComponent(() => import("./editor/EditorPage"), "NewProjectPage"),
});

const editProject = createRoute({
  getParentRoute: () => shell,
  path: "/projects/$projectId/edit",
  component: lazyRouteComponent(() => import("./editor/EditorPage"), "EditProjectPage"),
});

const project = createRoute({
  getParentRoute: () => shell,
  path: "/projects/$projectId",
  component: lazyRouteComponent(() => import("./project/ProjectLayout"), "ProjectLayout"),
});

const overview = createRoute({
  getParentRoute: () => project,
  path: "/",
  component: lazyRouteComponent(() => import("./project/OverviewPage"), "OverviewPage"),
});

const tasks = createRoute({
  getParentRoute: () => project,
  path: "/tasks",
  validateSearch: readTaskSearch,
  component: lazyRouteComponent(() => import("./tasks/TasksPage"), "TasksPage"),
});

const batches = createRoute({
  getParentRoute: () => project,
  path: "/batches",
  component: lazyRouteComponent(() => import("./batches/BatchesPage"), "BatchesPage"),
});

const add = createRoute({
  getParentRoute: () => project,
  path: "/add",
  component: lazyRouteComponent(() => import("./add/AddPage"), "AddPage"),
});

const review = createRoute({
  getParentRoute: () => project,
  path: "/review",
  component: lazyRouteComponent(() => import("./project/ReviewPage"), "ReviewPage"),
});

const workers = createRoute({
  getParentRoute: () => project,
  path: "/workers",
  component: lazyRouteComponent(() => import("./project/WorkersPage"), "WorkersPage"),
});

const exporting = createRoute({
  getParentRoute: () => project,
  path: "/export",
  component: lazyRouteComponent(() => import("./project/ExportPage"), "ExportPage"),
});

const settings = createRoute({
  getParentRoute: () => project,
  path: "/settings",
  component: lazyRouteComponent(() => import("./project/SettingsPage"), "SettingsPage"),
});

const task = createRoute({
  getParentRoute: () => shell,
  path: "/projects/$projectId/tasks/$taskId",
  validateSearch: readTaskSearch,
  component: lazyRouteComponent(() => import("./task/TaskPage"), "TaskPage"),
});

const members = createRoute({
  getParentRoute: () => shell,
  path: "/organization/members",
  component: lazyRouteComponent(() => import("./people/MembersPage"), "MembersPage"),
});

const keys = createRoute({
  getParentRoute: () => shell,
  path: "/organization/keys",
  component: lazyRouteComponent(() => import("./people/KeysPage"), "KeysPage"),
});

const webhooks = createRoute({
  getParentRoute: () => shell,
  path: "/organization/webhooks",
  component: lazyRouteComponent(() => import("./people/WebhooksPage"), "WebhooksPage"),
});

const webhook = createRoute({
  getParentRoute: () => shell,
  path: "/organization/webhooks/$webhookId",
  component: lazyRouteComponent(() => import("./people/WebhookPage"), "WebhookPage"),
});

const events = createRoute({
  getParentRoute: () => shell,
  path: "/organization/events",
  validateSearch: (raw: Record<string, unknown>): { type?: string; project?: string } => ({
    ...(typeof raw["type"] === "string" && raw["type"] !== "" ? { type: raw["type"] } : {}),
    ...(typeof raw["project"] === "string" && raw["project"] !== "" ? { project: raw["project"] } : {}),
  }),
  component: lazyRouteComponent(() => import("./people/EventsPage"), "EventsPage"),
});

const market = createRoute({
  getParentRoute: () => shell,
  path: "/market",
  component: lazyRouteComponent(() => import("./market/MarketLayout"), "MarketLayout"),
});

const offers = createRoute({
  getParentRoute: () => market,
  path: "/",
  validateSearch: (raw: Record<string, unknown>): { project?: string } => (typeof raw["project"] === "string" ? { project: raw["project"] } : {}),
  component: lazyRouteComponent(() => import("./market/OffersPage"), "OffersPage"),
});

const offer = createRoute({
  getParentRoute: () => market,
  path: "/offers/$offerId",
  component: lazyRouteComponent(() => import("./market/OfferPage"), "OfferPage"),
});

const money = createRoute({
  getParentRoute: () => market,
  path: "/money",
  component: lazyRouteComponent(() => import("./market/MoneyPage"), "MoneyPage"),
});

const qualifications = createRoute({
  getParentRoute: () => market,
  path: "/qualifications",
  component: lazyRouteComponent(() => import("./market/QualificationsPage"), "QualificationsPage"),
});

const qualification = createRoute({
  getParentRoute: () => market,
  path: "/qualifications/$typeId",
  component: lazyRouteComponent(() => import("./market/QualificationPage"), "QualificationPage"),
});

const blocks = createRoute({
  getParentRoute: () => market,
  path: "/blocks",
  component: lazyRouteComponent(() => import("./market/BlocksPage"), "BlocksPage"),
});

const programs = createRoute({
  getParentRoute: () => market,
  path: "/programs",
  component: lazyRouteComponent(() => import("./market/ProgramsPage"), "ProgramsPage"),
});

const treasury = createRoute({
  getParentRoute: () => market,
  path: "/treasury",
  component: lazyRouteComponent(() => import("./market/TreasuryPage"), "TreasuryPage"),
});

const freelancers = createRoute({
  getParentRoute: () => market,
  path: "/freelancers",
  component: lazyRouteComponent(() => import("./market/FreelancersPage"), "FreelancersPage"),
});

const marketSettings = createRoute({
  getParentRoute: () => market,
  path: "/settings",
  component: lazyRouteComponent(() => import("./market/SettingsPage"), "MarketSettingsPage"),
});

const tree = root.addChildren([
  signIn,
  shell.addChildren([
    projects,
    newProject,
    editProject,
    task,
    project.addChildren([overview, tasks, batches, add, review, workers, exporting, settings]),
    members,
    keys,
    webhooks,
    webhook,
    events,
    market.addChildren([offers, offer, money, qualifications, qualification, blocks, programs, treasury, freelancers, marketSettings]),
  ]),
]);

function Pending() {
  return (
    <div className="p-6">
      <SkeletonRows />
    </div>
  );
}

function Failed({ error, reset }: ErrorComponentProps) {
  return <ErrorState title="This page broke" error={error} onRetry={reset} />;
}

function NotFound() {
  return (
    <EmptyState
      icon="search"
      title="There is no such page"
      action={
        <Link to="/console" className={buttonClass("secondary")}>
          All projects
        </Link>
      }
    >
      The address may be mistyped, or what it led to is gone.
    </EmptyState>
  );
}

export function newRouter(queryClient: QueryClient) {
  return createRouter({
    routeTree: tree,
    context: { queryClient },
    // Plain names and values, so that an address can be read, written by hand and linked from elsewhere.
    parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
    stringifySearch: (search) => withQuery("", search as Query),
    defaultPreload: "intent",
    defaultPendingComponent: Pending,
    defaultErrorComponent: Failed,
    defaultNotFoundComponent: NotFound,
    scrollRestoration: true,
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof newRouter>;
  }
}
