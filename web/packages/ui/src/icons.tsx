/** Line icons on a 16-unit grid, drawn for these pages. Decorative: the control that holds one has the name. */
import type { SVGProps } from "react";
import { cx } from "./classes";

const PATHS = {
  add: "M8 3.5v9M3.5 8h9",
  alert: "M8 2.5 14 13H2ZM8 6.5v3M8 11.2v.1",
  archive: "M2.5 3.5h11v3h-11ZM3.5 6.5v6h9v-6M6.5 9h3",
  arrowDown: "M8 3v10M4 9l4 4 4-4",
  arrowUp: "M8 13V3M4 7l4-4 4 4",
  bolt: "M9 1.8 3.5 9H8l-1 5.2L12.5 7H8Z",
  check: "m3 8.5 3.2 3.2L13 4.8",
  box: "M3 4h10v8H3Z",
  chevronDown: "m4 6 4 4 4-4",
  chevronLeft: "m10 4-4 4 4 4",
  chevronRight: "m6 4 4 4-4 4",
  clock: "M8 2.2a5.8 5.8 0 1 0 0 11.6A5.8 5.8 0 0 0 8 2.2ZM8 5v3.2l2 1.5",
  close: "m4 4 8 8M12 4l-8 8",
  copy: "M5.5 5.5h7v8h-7ZM10.5 5.5v-3h-7v8h2",
  download: "M8 2.5v7.5M4.8 7 8 10.2 11.2 7M3 13h10",
  edit: "M10.6 3.1 12.9 5.4 5.6 12.7 2.8 13.2 3.3 10.4Z",
  event: "M2.5 8h2.6l1.7-4.5 2.6 9 1.7-4.5h2.4",
  eye: "M1.8 8S4 3.8 8 3.8 14.2 8 14.2 8 12 12.2 8 12.2 1.8 8 1.8 8ZM8 6.2a1.8 1.8 0 1 0 0 3.6 1.8 1.8 0 0 0 0-3.6Z",
  eyeOff: "M2.5 2.5l11 11M6.2 4.1A6.6 6.6 0 0 1 8 3.8c4 0 6.2 4.2 6.2 4.2a10 10 0 0 1-1.8 2.3M4.2 5.3A10 10 0 0 0 1.8 8S4 12.2 8 12.2c1.2 0 2.2-.4 3.1-.9",
  file: "M4 1.8h5l3 3v9.4H4ZM9 1.8v3h3",
  filter: "M2.5 4h11M4.5 8h7M6.5 12h3",
  fit: "M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10",
  folder: "M2 4h4.2l1.3 1.5H14v7H2Z",
  group: "M2.5 5V2.5H5M11 2.5h2.5V5M13.5 11v2.5H11M5 13.5H2.5V11M5.5 5.5h5v2h-5ZM5.5 9h3.5v1.5h-3.5Z",
  grip: "M6 4v.1M10 4v.1M6 8v.1M10 8v.1M6 12v.1M10 12v.1",
  image: "M2.5 3h11v10h-11ZM2.5 11l3-3 2.5 2.5 2.2-2.2 3.3 3.2M10.3 5.8v.1",
  indent: "M2.5 3.5h11M7 8h6.5M7 12.5h6.5M2.5 6.5 4.8 8.6 2.5 10.7",
  key: "M6 7.2a2.6 2.6 0 1 0 0 5.2 2.6 2.6 0 0 0 0-5.2ZM7.8 8 13 2.8M10.8 5l1.8 1.8",
  link: "M6.8 9.2 9.2 6.8M7.3 4.7 9 3a2.8 2.8 0 0 1 4 4l-1.7 1.7M8.7 11.3 7 13a2.8 2.8 0 0 1-4-4l1.7-1.7",
  menu: "M2.5 4h11M2.5 8h11M2.5 12h11",
  minus: "M3.5 8h9",
  moon: "M13.2 9.6A5.6 5.6 0 0 1 6.4 2.8a5.6 5.6 0 1 0 6.8 6.8Z",
  more: "M3.5 8v.1M8 8v.1M12.5 8v.1",
  outdent: "M2.5 3.5h11M7 8h6.5M7 12.5h6.5M4.8 6.5 2.5 8.6l2.3 2.1",
  pause: "M5.5 3.5v9M10.5 3.5v9",
  people: "M6 3a2.3 2.3 0 1 0 0 4.6A2.3 2.3 0 0 0 6 3ZM1.8 13c.3-2.3 2-3.6 4.2-3.6s3.9 1.3 4.2 3.6M10.6 3.3a2.1 2.1 0 0 1 0 4M11.8 9.7c1.4.5 2.2 1.7 2.4 3.3",
  ellipse: "M8 4c3.3 0 6 1.8 6 4s-2.7 4-6 4-6-1.8-6-4 2.7-4 6-4Z",
  cuboid: "M2.5 5.5H10v8H2.5ZM10 5.5l3.5-3v8l-3.5 3M2.5 5.5l3.5-3h7.5",
  point: "M8 6a2 2 0 1 0 0 4 2 2 0 0 0 0-4ZM8 2v2M8 12v2M2 8h2M12 8h2",
  polygon: "M8 2.5 13.5 6.5 11.4 13H4.6L2.5 6.5Z",
  polyline: "m2.5 12 3.5-7 4 5 3.5-7",
  play: "M5 3.2v9.6L12.5 8Z",
  project: "M2.5 2.5h4.2v4.2H2.5ZM9.3 2.5h4.2v4.2H9.3ZM2.5 9.3h4.2v4.2H2.5ZM9.3 9.3h4.2v4.2H9.3Z",
  retry: "M13 4v3.2H9.8M12.6 7A5 5 0 1 0 13 9.6",
  review: "M2.5 3h11v8H8l-3 2.5V11H2.5ZM5.5 7l1.8 1.8 3.2-3.3",
  search: "M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9ZM10.3 10.3l3.2 3.2",
  send: "M14 2 7 9M14 2 9.5 14 7 9 2 6.5Z",
  signOut: "M6.5 2.5h-4v11h4M6 8h8M11 5l3 3-3 3",
  sliders: "M2.5 5h6M12 5h1.5M2.5 11H4M7.5 11h6M10.2 3.4v3.2M5.7 9.4v3.2",
  span: "M2.5 4h11M4.5 8h7M4.5 10.2h7M2.5 13h11",
  star: "m8 2 1.8 3.8 4.1.6-3 2.9.8 4.1L8 11.4l-3.7 2 .8-4.1-3-2.9 4.1-.6Z",
  sun: "M8 5.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6ZM8 1.5v1.2M8 13.3v1.2M1.5 8h1.2M13.3 8h1.2M3.4 3.4l.9.9M11.7 11.7l.9.9M12.6 3.4l-.9.9M4.3 11.7l-.9.9",
  system: "M2 3h12v8H2ZM5.5 13.5h5M8 11v2.5",
  trash: "M3 4.5h10M6 4.5v-2h4v2M4.2 4.5l.6 9h6.4l.6-9M6.8 7v4M9.2 7v4",
  undo: "M5.5 3 2.5 6l3 3M2.5 6H10a3.3 3.3 0 0 1 0 6.6H6",
  redo: "M10.5 3l3 3-3 3M13.5 6H6a3.3 3.3 0 0 0 0 6.6h4",
  upload: "M8 10.2V2.8M4.8 6 8 2.8 11.2 6M3 13h10",
  webhook: "M8 2.3a2.4 2.4 0 0 0-1.2 4.5L4.6 11M8 2.3a2.4 2.4 0 0 1 2.2 3.3M4 9a2.4 2.4 0 1 0 2.4 2.6H11M12 9a2.4 2.4 0 1 1-1.6 4.2M8 4.7l2.4 4.4",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 16, className, ...rest }: { name: IconName; size?: number } & SVGProps<SVGSVGElement>) {
  return (
    <svg
      aria-hidden="true"
      viewBox="0 0 16 16"
      width={size}
      height={size}
      fill="none"
      stroke="currentColor"
      strokeWidth={1.4}
      strokeLinecap="round"
      strokeLinejoin="round"
      {...rest}
      className={cx("shrink-0", className)}
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
