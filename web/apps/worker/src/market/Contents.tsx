/** What a test shows beside its questions. */

import { type ReactNode, createElement } from "react";
import type { Content } from "./api";

export const Contents = ({ contents }: { contents: readonly Content[] }) => contents.map((one, index) => <One key={index} one={one} />);

function One({ one }: { one: Content }) {
  switch (one.show) {
    case "heading":
      return <h3 className="font-semibold">{one.text}</h3>;
    case "text":
      return <p className="whitespace-pre-line break-words">{one.text}</p>;
    case "list":
      return (
        <ul className="list-disc pl-5">
          {one.items.map((item) => (
            <li key={item}>{item}</li>
          ))}
        </ul>
      );
    case "media":
      return (
        <p className="break-words">
          {/* Our pages load nothing from elsewhere: what a test shows there opens beside it. */}
          <a href={one.url} target="_blank" rel="noopener noreferrer" className="text-accent underline">
            {one.alt || `Open the ${one.kind}`}
          </a>
        </p>
      );
    case "markup":
      return <div className="prose">{marked(one.html)}</div>;
  }
}

const KEPT: ReadonlySet<string> = new Set(
  "p div span b strong i em u s sub sup small big code pre blockquote q cite ul ol li dl dt dd h1 h2 h3 h4 h5 h6 table caption thead tbody tfoot tr th td".split(" "),
);

/** A requester's markup built anew from elements that only show; of attributes nothing is kept but where a link leads. */
export const marked = (html: string): ReactNode => nodes(new DOMParser().parseFromString(html, "text/html").body);

const nodes = (parent: Node): ReactNode[] => [...parent.childNodes].map(node);

function node(one: Node, key: number): ReactNode {
  if (one instanceof Text) return one.data;
  if (!(one instanceof Element)) return null;
  const name = one.localName;
  if (name === "br" || name === "hr") return createElement(name, { key });
  if (KEPT.has(name)) return createElement(name, { key }, ...nodes(one));
  const target = one.getAttribute("href") ?? one.getAttribute("src");
  if (target === null || !/^https?:\/\//i.test(target)) return name === "script" || name === "style" ? null : nodes(one);
  return createElement("a", { key, href: target, target: "_blank", rel: "noopener noreferrer" }, ...(one.textContent ? nodes(one) : [one.getAttribute("alt") || target]));
}
