/**
 * Our types against those generated from the server's OpenAPI, checked by the compiler and by nothing at run time.
 *
 * Those of types.ts that are written by hand say more (an answer's shapes, unions of words) than JSON Schema carries
 * here. For each the names of its fields must be the same on both sides, and whatever fits ours must fit the server's.
 * A line that turns red after `npm run generate` names what drifted.
 */
import type { components } from "./schema";
import type * as ours from "./types";

type Schemas = components["schemas"];

/** `true`, or the names of the fields that only one side has, or the values that do not fit. */
type Agrees<Ours, Theirs> = Exclude<keyof Ours | keyof Theirs, keyof Ours & keyof Theirs> extends never
  ? Loose<Ours> extends Loose<Theirs>
    ? true
    : { mismatch: { [K in keyof Ours & keyof Theirs]: Loose<Ours[K]> extends Loose<Theirs[K]> ? never : [Ours[K], Theirs[K]] } }
  : { onlyOneSideHas: Exclude<keyof Ours | keyof Theirs, keyof Ours & keyof Theirs> };

/** Optional and defaulted fields are the same thing on the wire, and open maps hold any object. */
type Loose<T> = T extends readonly (infer Item)[]
  ? Loose<Item>[]
  : T extends object
    ? string extends keyof T
      ? object
      : { [K in keyof T]?: Loose<T[K]> | undefined }
    : T;

type Check<T extends true[]> = T;

export type Contract = Check<
  [
    Agrees<ours.Me, Schemas["Me"]>,
    Agrees<ours.ApiKey, Schemas["ApiKey"]>,
    Agrees<ours.ApiKeyCreated, Schemas["MadeApiKey"]>,
    Agrees<ours.Attribute, Schemas["Attribute"]>,
    Agrees<ours.Label, Schemas["Label"]>,
    Agrees<ours.Taxonomy, Schemas["Taxonomy"]>,
    Agrees<ours.Policy, Schemas["Policy"]>,
    Agrees<ours.Project, Schemas["Project"]>,
    Agrees<ours.ProjectWithProgress, Schemas["ProjectWithProgress"]>,
    Agrees<ours.ProjectDraft, Schemas["NewProject"]>,
    Agrees<ours.ProjectVersion, Schemas["Version"]>,
    Agrees<ours.TaskDetail, Schemas["TaskDetail"]>,
    Agrees<ours.Assignment, Schemas["Assignment"]>,
    Agrees<ours.Submission, Schemas["Submission"]>,
    Agrees<ours.Consensus, Schemas["Consensus"]>,
    Agrees<ours.Review, Schemas["Review"]>,
    Agrees<ours.Audit, Schemas["Audit"]>,
    Agrees<ours.TaskResponse, Schemas["TaskResponse"]>,
    Agrees<ours.ReviewItem, Schemas["WaitingReview"]>,
    Agrees<ours.NewTask, Schemas["core_intake_TaskRow"]>,
    Agrees<ours.Import, Schemas["Import"]>,
    Agrees<ours.WorkProject, Schemas["WorkProject"]>,
    Agrees<ours.Turn, Schemas["Turn"]>,
    Agrees<ours.TurnReview, Schemas["Judge"]>,
  ]
>;
