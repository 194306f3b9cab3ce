/** A UUID. */
export type Id = string;
/** RFC 3339 in UTC. */
export type Time = string;
